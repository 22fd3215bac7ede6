import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ISSUER } from '../../revocation/contract/signed-log.ts'
import { Replica } from '../../revocation/index.ts'
import { ScriptedIssuer, until } from '../contract/scripted-issuer.ts'
import { createRedisFeed, type RedisConnection } from './redis-feed.ts'

type Answer = (words: readonly string[]) => unknown

/** A client whose connections answer what the test says, and which wait when it says `undefined`. */
class ScriptedRedis {
  readonly commands: string[] = []
  opened = 0
  destroyed = 0
  answer: Answer

  constructor(answer: Answer) {
    this.answer = answer
  }

  duplicate(): RedisConnection {
    this.opened++
    let fail: (error: Error) => void = () => undefined
    return {
      connect: () => Promise.resolve(),
      destroy: () => {
        this.destroyed++
        fail(new Error('destroyed'))
      },
      on: () => undefined,
      sendCommand: async (words) => {
        this.commands.push(words.join(' '))
        const reply = this.answer(words)
        return reply === undefined ? new Promise((_, reject) => (fail = reject)) : reply
      },
    }
  }
}

interface World {
  readonly issuer: ScriptedIssuer
  readonly replica: Replica
  readonly troubles: string[]
  close(): void
}

function follow(redis: ScriptedRedis): World {
  const issuer = new ScriptedIssuer(() => Response.error())
  const replica = new Replica({ issuer: ISSUER, clock: issuer.clock, keys: () => issuer.log.keys, algorithms: ['ES256'] })
  const troubles: string[] = []
  const feed = createRedisFeed({ client: redis, stream: 'log' })({
    platform: issuer.platform,
    async *snapshot() {
      yield issuer.log.snapshot()
    },
  })
  feed.start(replica, { unknownKey: () => undefined, trouble: (reason) => void troubles.push(reason) })
  return { issuer, replica, troubles, close: () => feed.close() }
}

const shapes: readonly [name: string, reply: (entries: unknown) => unknown][] = [
  ['RESP2', (entries) => [['log', entries]]],
  ['RESP3', (entries) => ({ log: entries })],
  ['RESP3 as a Map', (entries) => new Map([['log', entries]])],
]

for (const [name, shape] of shapes) {
  test(`entries are read from where the stream ended, as ${name} answers them, and the connection is given back`, async () => {
    const redis = new ScriptedRedis(([command]) => (command === 'XREVRANGE' ? [['7-1', ['jws', 'old']]] : undefined))
    const world = follow(redis)
    world.issuer.log.revoke('user', 'seen in the snapshot')
    const entries = (): unknown => {
      const after = world.issuer.log.head.position
      world.issuer.log.revoke('user', 'a')
      return [['7-2', ['other', 'field']], ['8-0', ['type', 'entries', 'jws', world.issuer.log.batch(after)]], 'senseless', [9, []]]
    }
    redis.answer = ([command]) =>
      command === 'XREVRANGE' ? [['7-1', ['jws', 'old']]] : redis.commands.length === 3 ? shape(entries()) : undefined
    await until(() => world.replica.position === 2, 'the entry')
    await until(() => redis.commands.length === 4, 'the next question')
    assert.deepEqual(redis.commands.slice(2), ['XREAD COUNT 512 BLOCK 2000 STREAMS log 7-1', 'XREAD COUNT 512 BLOCK 2000 STREAMS log 8-0'])
    world.close()
    await until(() => redis.opened === redis.destroyed, 'the connections closed')
  })
}

test('[I07] a stream that ends before the place where we were has begun anew: a snapshot is loaded', async () => {
  let end: unknown = [['18446744073709551615-3', []]]
  const redis = new ScriptedRedis(([command]) => (command === 'XREVRANGE' ? end : undefined))
  const world = follow(redis)
  await until(() => redis.commands.length === 3, 'it reads')
  end = [['18446744073709551615-2', []]]
  world.issuer.clock.advance(3500)
  await until(() => world.troubles.length === 1, 'the silence')
  world.issuer.clock.advance(100)
  await until(() => world.troubles.length === 2, 'the loss')
  assert.equal(world.replica.position, 0)
  world.issuer.log.revoke('user', 'a')
  world.issuer.clock.advance(200)
  await until(() => world.replica.position === 1, 'the snapshot')
  world.close()
})

test('an empty stream is read from its beginning', async () => {
  const redis = new ScriptedRedis(([command]) => (command === 'XREVRANGE' ? [] : undefined))
  const world = follow(redis)
  await until(() => redis.commands.some((command) => command.endsWith('STREAMS log 0-0')), 'it reads')
  world.close()
})
