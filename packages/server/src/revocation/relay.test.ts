import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keySet, verificationKey } from 'countersign/key'
import { Replica } from 'countersign/revocation'
import { type Domain, ISSUER, openDomain } from '../account/contract/domain.ts'
import type { SignedMessage } from './authority.ts'
import type { Broker, BrokerConnection } from './broker.ts'
import { Relay, type RelayChange } from './relay.ts'

async function until(what: string, isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 30_000
  while (!isSo()) {
    assert.ok(performance.now() < endMs, `never: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A broker that can be down, refuse, or hang with what it was given. */
class ScriptedBroker implements Broker {
  readonly name = 'scripted'
  readonly messages: SignedMessage[] = []
  mode: 'up' | 'down' | 'hanging' = 'up'
  connections = 0
  open = 0
  #release: () => void = () => undefined

  connect(): Promise<BrokerConnection> {
    this.connections++
    if (this.mode === 'down') return Promise.reject(new Error('ECONNREFUSED'))
    this.open++
    let isOpen = true
    return Promise.resolve({
      put: (messages: readonly SignedMessage[]) => this.#put(messages),
      close: () => {
        if (isOpen) this.open--
        isOpen = false
      },
    })
  }

  release(): void {
    this.mode = 'up'
    this.#release()
  }

  get entries(): readonly SignedMessage[] {
    return this.messages.filter(({ type }) => type === 'entries')
  }

  async #put(messages: readonly SignedMessage[]): Promise<void> {
    if (this.mode === 'down') throw new Error('ECONNRESET')
    if (this.mode === 'hanging') {
      await new Promise<void>((resolve) => {
        this.#release = resolve
      })
    }
    this.messages.push(...messages)
  }
}

interface World {
  readonly domain: Domain
  readonly broker: ScriptedBroker
  readonly relay: Relay
  readonly changes: RelayChange['state'][]
}

async function open(mode: ScriptedBroker['mode'] = 'up'): Promise<World> {
  const domain = await openDomain()
  await domain.publisher.start()
  const broker = new ScriptedBroker()
  broker.mode = mode
  const changes: RelayChange['state'][] = []
  const platform = { ...domain.platform, random: { bytes: (length: number) => new Uint8Array(length).fill(255) } }
  const relay = new Relay({ publisher: domain.publisher, broker, platform, onChange: ({ state }) => void changes.push(state) })
  return { domain, broker, relay, changes }
}

const revoke = ({ domain }: World, id: string) => domain.revocations.revoke({ target: { kind: 'user', id } })

/** The log is small enough for one part. */
const snapshotOf = async ({ domain }: World): Promise<string> => (await domain.publisher.snapshot().next()).value

/** Where a reader stands that has had nothing but what the broker has. */
function positionOf({ domain, broker }: World, snapshot: string): number {
  const keys = keySet(domain.keys.published('feed').map(verificationKey))
  const replica = new Replica({ issuer: ISSUER, clock: domain.clock, keys: () => keys, algorithms: ['ES256'] })
  replica.loadSnapshot(snapshot)
  for (const { compact } of broker.messages) assert.notEqual(replica.receive(compact), 'gap')
  return replica.position
}

test('what is committed is in the broker at once, entries first, then the heartbeat that confirms them', async () => {
  const world = await open()
  world.relay.start()
  await until('greeted', () => world.broker.messages.length > 0)
  await revoke(world, 'a')
  await until('relayed', () => world.broker.entries.length > 0 && world.broker.messages.at(-1)?.type === 'heartbeat')
  assert.deepEqual(world.changes, ['relaying'])
  world.relay.stop()
  await until('let go', () => world.broker.open === 0)
})

test('[I20] F20: after an outage of the broker it goes on from where it was, and misses nothing', async () => {
  const world = await open()
  const snapshot = await snapshotOf(world)
  world.relay.start()
  await revoke(world, 'before')
  await until('relayed', () => world.broker.entries.length === 1)
  world.broker.mode = 'down'
  for (let index = 0; index < 1200; index++) await revoke(world, `user-${index}`)
  await until('noticed', () => world.changes.includes('interrupted'))
  const last = await revoke(world, 'last')
  world.broker.mode = 'up'
  await until('relayed', () => {
    world.domain.clock.advance(100)
    return world.broker.entries.at(-1)?.position === last.position
  })
  assert.equal(positionOf(world, snapshot), last.position)
  assert.deepEqual(world.changes, ['relaying', 'interrupted', 'relaying'])
  world.relay.stop()
})

test('[I20] F02: a new server tells again what its predecessor may not have told', async () => {
  const world = await open('down')
  const snapshot = await snapshotOf(world)
  const last = await revoke(world, 'acknowledged, and the server killed')
  world.broker.mode = 'up'
  world.relay.start()
  await until('relayed', () => world.broker.entries.length > 0)
  assert.equal(positionOf(world, snapshot), last.position)
  world.relay.stop()
})

test('[I11] a broker that cannot be reached is asked ever more rarely, and told once', async () => {
  const world = await open('down')
  world.relay.start()
  for (let second = 0; second < 60; second++) {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    world.domain.clock.advance(1000)
  }
  assert.ok(world.broker.connections >= 10 && world.broker.connections <= 20, String(world.broker.connections))
  assert.deepEqual(world.changes, ['interrupted'])
  world.relay.stop()
})

test('[I13] F27: a broker that hangs is given up; what waits for it is bounded, and comes from the log', async () => {
  const world = await open()
  const snapshot = await snapshotOf(world)
  world.relay.start()
  await until('greeted', () => world.broker.messages.length > 0)
  world.broker.mode = 'hanging'
  for (let index = 0; index < 2500; index++) await revoke(world, `user-${index}`)
  const last = await revoke(world, 'last')
  await until('given up', () => world.changes.includes('interrupted'))
  world.broker.release()
  await until('relayed', () => {
    world.domain.clock.advance(100)
    return world.broker.entries.at(-1)?.position === last.position
  })
  assert.equal(positionOf(world, snapshot), last.position)
  world.relay.stop()
  await until('let go', () => world.broker.open === 0)
})

test('a broker that takes nothing for five seconds is taken for dead', async () => {
  const world = await open()
  world.relay.start()
  await until('greeted', () => world.broker.messages.length > 0)
  world.broker.mode = 'hanging'
  await revoke(world, 'a')
  await new Promise((resolve) => setImmediate(resolve))
  world.domain.clock.advance(5000)
  await until('given up', () => world.changes.includes('interrupted'))
  world.relay.stop()
})
