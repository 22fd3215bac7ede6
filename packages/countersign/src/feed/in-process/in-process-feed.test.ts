import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cancel } from '../../core/index.ts'
import { ISSUER } from '../../revocation/contract/signed-log.ts'
import { Replica } from '../../revocation/index.ts'
import { ScriptedIssuer, until } from '../contract/scripted-issuer.ts'
import type { Feed, FeedSource } from '../feed.ts'
import { createInProcessFeed } from './in-process-feed.ts'

interface Subscriber {
  readonly after: number
  readonly deliver: (message: string) => void
  readonly onLost: () => void
}

class World implements FeedSource {
  readonly issuer = new ScriptedIssuer(() => Response.error())
  readonly replica: Replica
  readonly feed: Feed
  readonly subscribers: Subscriber[] = []
  readonly troubles: string[] = []
  cancelled = 0

  constructor() {
    const { clock, log, platform } = this.issuer
    this.replica = new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'] })
    this.feed = createInProcessFeed(this, { platform })
    this.feed.start(this.replica, { unknownKey: () => undefined, trouble: (reason) => this.troubles.push(reason) })
  }

  async *snapshot(): AsyncGenerator<string> {
    yield this.issuer.log.snapshot()
  }

  subscribe(after: number, deliver: (message: string) => void, onLost: () => void): Cancel {
    this.subscribers.push({ after, deliver, onLost })
    return () => void this.cancelled++
  }

  async subscriber(count: number): Promise<Subscriber> {
    await until(() => this.subscribers.length === count, `subscription ${count}`)
    const subscriber = this.subscribers[count - 1]
    assert.ok(subscriber)
    return subscriber
  }
}

test('it loads a snapshot and applies what the source delivers, at once', async () => {
  const world = new World()
  const { deliver, after } = await world.subscriber(1)
  assert.equal(after, 0)
  world.issuer.log.revoke('user', 'a')
  deliver(world.issuer.log.batch(0))
  assert.equal(world.replica.position, 1)
  world.feed.close()
  await until(() => world.cancelled === 1, 'the subscription ended')
})

test('[I07] a gap ends the subscription and a snapshot begins the next', async () => {
  const world = new World()
  const { deliver } = await world.subscriber(1)
  for (const id of ['a', 'b']) world.issuer.log.revoke('user', id)
  deliver(world.issuer.log.batch(1))
  await until(() => world.troubles.length === 1, 'the gap noticed')
  assert.equal(world.cancelled, 1)
  world.issuer.clock.advance(100)
  assert.equal((await world.subscriber(2)).after, 2)
  world.feed.close()
})

test('a source that lets go of its reader, or falls silent, is asked again', async () => {
  const world = new World()
  ;(await world.subscriber(1)).onLost()
  await until(() => world.troubles.length === 1, 'the loss noticed')
  world.issuer.clock.advance(100)
  await world.subscriber(2)
  world.issuer.clock.advance(3500)
  await until(() => world.troubles.length === 2, 'the silence noticed')
  world.issuer.clock.advance(200)
  await world.subscriber(3)
  world.feed.close()
})

test('a listener that throws harms neither the source nor the feed', async () => {
  const world = new World()
  const { deliver } = await world.subscriber(1)
  const cancel = world.replica.onEntry(() => {
    throw new Error('a mistake in a listener')
  })
  world.issuer.log.revoke('user', 'a')
  deliver(world.issuer.log.batch(0))
  cancel()
  await until(() => world.troubles.length === 1, 'the mistake reported')
  world.issuer.clock.advance(100)
  assert.equal((await world.subscriber(2)).after, 1)
  world.feed.close()
})

test('a feed is started once', () => {
  const world = new World()
  assert.throws(() => world.feed.start(world.replica, { unknownKey: () => undefined }), /once/)
  world.feed.close()
})
