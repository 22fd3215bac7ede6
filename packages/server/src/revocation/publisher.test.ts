import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keySet, verificationKey } from 'countersign/key'
import { decodeFeedMessage, type FeedMessage, type Received, Replica } from 'countersign/revocation'
import { type Domain, ISSUER, openDomain, START } from '../account/contract/domain.ts'
import { FeedAuthority } from './authority.ts'
import type { LogStore } from './log-store.ts'
import { Publisher, type Told } from './publisher.ts'

const algorithms = ['ES256'] as const

/** Lets commits and promises go on until something is so. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 30_000
  while (!isSo()) {
    assert.ok(performance.now() < endMs, `never: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const feedKeys = ({ keys }: Domain) => keySet(keys.published('feed').map(verificationKey))

/** A subscriber that keeps everything, and a replica that it feeds. */
class Listener {
  readonly messages: FeedMessage[] = []
  readonly received: Received[] = []
  readonly replica: Replica
  lost = 0
  readonly #domain: Domain

  constructor(domain: Domain) {
    this.#domain = domain
    this.replica = new Replica({ issuer: ISSUER, clock: domain.clock, keys: () => feedKeys(domain), algorithms })
  }

  async load(): Promise<this> {
    const take = this.replica.beginSnapshot()
    for await (const part of this.#domain.publisher.snapshot()) take(part)
    return this
  }

  follow(after: number = this.replica.position): () => void {
    const take = (compact: string): void => {
      this.messages.push(decodeFeedMessage(compact, { issuer: ISSUER, keys: feedKeys(this.#domain), algorithms }))
      this.received.push(this.replica.receive(compact))
    }
    return this.#domain.publisher.subscribe(after, take, () => void this.lost++)
  }

  get entries(): number {
    return this.messages.reduce((sum, message) => sum + (message.type === 'entries' ? message.entries.length : 0), 0)
  }

  get heartbeats(): readonly FeedMessage[] {
    return this.messages.filter(({ type }) => type === 'heartbeat')
  }
}

const revoke = (domain: Domain, id = 'usr_x') => domain.revocations.revoke({ target: { kind: 'user', id } })

async function publishing(): Promise<{ readonly domain: Domain; readonly listener: Listener }> {
  const domain = await openDomain()
  await domain.publisher.start()
  return { domain, listener: await new Listener(domain).load() }
}

test('[B12] a newcomer hears a heartbeat at once, and of a revocation the entry alone, which the next heartbeat confirms', async () => {
  const { domain, listener } = await publishing()
  listener.follow()
  await until('greeted', () => listener.heartbeats.length === 1)
  assert.deepEqual(listener.received, ['duplicate'])
  domain.clock.advance(1)
  const entry = await revoke(domain)
  await until('told', () => listener.replica.position === entry.position)
  assert.equal(listener.heartbeats.length, 1)
  domain.clock.advance(1000)
  await until('confirmed', () => listener.heartbeats.length >= 2)
  assert.deepEqual(
    listener.messages.slice(1).map(({ type }) => type),
    ['entries', 'heartbeat'],
  )
  assert.deepEqual(listener.replica.freshness(), { state: 'fresh', ageMs: 0 })
})

test('[B30] who was away hears first what happened meanwhile, in bounded pieces, then what happens', async () => {
  const { domain, listener } = await publishing()
  await Promise.all(Array.from({ length: 1200 }, (_, index) => revoke(domain, `usr_${index}`)))
  listener.follow()
  await until('greeted', () => listener.heartbeats.length > 0)
  const last = await revoke(domain)
  await until('caught up', () => listener.replica.position === last.position)
  assert.equal(listener.entries, 1201)
  assert.ok(listener.messages.every((message) => message.type !== 'entries' || message.entries.length <= 500))
  assert.ok(listener.received.every((received) => received === 'applied' || received === 'duplicate'))
})

test('[I07] whoever joins, whenever, while the log grows, misses nothing and sees no gap', async () => {
  const { domain } = await publishing()
  const listeners: Listener[] = []
  const commits: Array<Promise<unknown>> = []
  for (let round = 0; round < 40; round++) {
    const listener = await new Listener(domain).load()
    for (let index = 0; index <= round % 4; index++) commits.push(revoke(domain, `usr_${round}_${index}`))
    listener.follow()
    listeners.push(listener)
    if (round % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(commits)
  const { position } = await domain.store.log.head()
  await until('all are there', () => listeners.every(({ replica }) => replica.position === position))
  for (const { received, lost } of listeners) {
    assert.equal(lost, 0)
    assert.deepEqual(
      received.filter((each) => each === 'gap' || each === 'fork'),
      [],
    )
  }
})

test('a position that was forgotten, or that we never came to, cannot be followed: the subscriber is told', async () => {
  const { domain, listener } = await publishing()
  await revoke(domain)
  domain.clock.advance(3_600_000)
  await domain.store.log.forget(domain.clock.now())
  const { position } = await domain.store.log.head()
  for (const after of [0, position + 1]) {
    assert.equal(await domain.publisher.canFollow(after), false)
    const before = listener.lost
    listener.follow(after)
    await until('told', () => listener.lost === before + 1)
  }
  assert.equal(await domain.publisher.canFollow(position), true)
  assert.deepEqual(listener.messages, [])
  assert.equal(domain.publisher.subscribers, 0)
})

test('[I13] a subscriber that is full, or fails, is let go of; the others do not notice', async () => {
  const { domain, listener } = await publishing()
  const { position } = await domain.store.log.head()
  listener.follow()
  const cut: string[] = []
  domain.publisher.subscribe(
    position,
    (_, { type }) => type === 'heartbeat',
    () => cut.push('full'),
  )
  domain.publisher.subscribe(
    position,
    (_, { type }) => {
      if (type === 'entries') throw new Error('broken')
    },
    () => cut.push('broken'),
  )
  await until('all joined', () => domain.publisher.subscribers === 3 && listener.heartbeats.length > 0)
  const entry = await revoke(domain)
  await until('delivered', () => listener.replica.position === entry.position && cut.length === 2)
  assert.deepEqual(cut.sort(), ['broken', 'full'])
  assert.equal(domain.publisher.subscribers, 1)
})

test('a heartbeat comes every second, and none after stop', async () => {
  const { domain, listener } = await publishing()
  listener.follow()
  await until('greeted', () => listener.heartbeats.length === 1)
  for (let second = 1; second <= 3; second++) {
    domain.clock.advance(1000)
    await until('heard', () => listener.heartbeats.length === second + 1)
  }
  domain.publisher.stop()
  assert.equal(listener.lost, 1)
  domain.clock.advance(5000)
  await revoke(domain)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(listener.messages.length, 4)
  listener.follow()
  await until('refused', () => listener.lost === 2)
})

test('who subscribes before the start is served from the start on', async () => {
  const domain = await openDomain()
  const listener = await new Listener(domain).load()
  listener.follow()
  const entry = await revoke(domain)
  assert.equal(listener.messages.length, 0)
  await domain.publisher.start()
  await until('caught up', () => listener.replica.position === entry.position)
  assert.deepEqual(listener.received.includes('gap'), false)
})

test('who has left hears nothing more', async () => {
  const { domain, listener } = await publishing()
  const leave = listener.follow()
  await until('greeted', () => listener.heartbeats.length === 1)
  leave()
  await revoke(domain)
  await until('published', () => domain.publisher.position > listener.replica.position)
  assert.equal(listener.messages.length, 1)
  assert.equal(listener.lost, 0)
})

/** The log with some of its methods replaced. */
const changed = (log: LogStore, changes: Partial<LogStore>): LogStore => ({
  head: () => log.head(),
  entriesAfter: (position, limit) => log.entriesAfter(position, limit),
  keptAfter: (position, limit) => log.keptAfter(position, limit),
  revoke: (revocation) => log.revoke(revocation),
  openEpoch: (at) => log.openEpoch(at),
  forget: (now) => log.forget(now),
  onAppend: (listener) => log.onAppend(listener),
  ...changes,
})

test('[I02] heartbeat and snapshot read the clock before the log: what commits while they read is never older than their time', async () => {
  const domain = await openDomain()
  const { log } = domain.store
  const commitMeanwhile = async (): Promise<void> => {
    domain.clock.advance(700)
    await revoke(domain)
  }
  const slow = changed(log, {
    head: () => commitMeanwhile().then(() => log.head()),
    keptAfter: (position, limit) => commitMeanwhile().then(() => log.keptAfter(position, limit)),
  })
  const authority = new FeedAuthority({ issuer: ISSUER, log: slow, keys: domain.keys, platform: domain.platform })
  assert.equal((await authority.readHead()).at, START)
  const snapshot = decodeFeedMessage((await authority.snapshot()).compact, { issuer: ISSUER, keys: feedKeys(domain), algorithms })
  assert.ok(snapshot.type === 'snapshot')
  // What was committed while the page was read is not under the head that was read before it.
  assert.deepEqual([snapshot.at, snapshot.readAt, snapshot.head], [START + 700, START + 2100, (await log.head()).position - 1])
  assert.ok(snapshot.entries.every(({ position }) => position <= snapshot.head))
})

test('[I11] while the log cannot be read there is no sign of life; afterwards everything is delivered', async () => {
  const domain = await openDomain()
  const failures: unknown[] = []
  let isBroken = false
  const { log } = domain.store
  const guarded = <T>(read: () => Promise<T>): Promise<T> => (isBroken ? Promise.reject(new Error('disk')) : read())
  const breakable = changed(log, {
    head: () => guarded(() => log.head()),
    entriesAfter: (position, limit) => guarded(() => log.entriesAfter(position, limit)),
  })
  const authority = new FeedAuthority({ issuer: ISSUER, log: breakable, keys: domain.keys, platform: domain.platform })
  const onFailure = (error: unknown): void => void failures.push(error)
  const told: Array<number | undefined> = []
  const onTold = (what: Told): void => void (what.type === 'entries' && told.push(what.sinceHeardMs))
  const publisher = new Publisher({ log: breakable, authority, platform: domain.platform, onFailure, onTold })
  const heard: string[] = []
  await publisher.start()
  publisher.subscribe((await log.head()).position, (_, { type }) => void heard.push(type))
  // Its own, and that of the round that `start` began.
  await until('greeted', () => heard.length === 2)
  heard.length = 0
  isBroken = true
  await revoke(domain)
  domain.clock.advance(1000)
  await until('noticed', () => failures.length >= 1)
  assert.deepEqual(heard, [])
  isBroken = false
  domain.clock.advance(1000)
  await until('recovered', () => heard.length === 2)
  assert.deepEqual(heard, ['entries', 'heartbeat'])
  // Since the commit, and not since the database was back.
  assert.deepEqual(told, [2000])
  publisher.stop()
})

test('callers that ask for a snapshot at the same time get the same one', async () => {
  const { domain } = await publishing()
  const first = async (): Promise<unknown> => (await domain.publisher.snapshot().next()).value
  const [a, b] = await Promise.all([first(), first()])
  assert.equal(a, b)
  domain.clock.advance(1)
  assert.notEqual(await first(), a)
})

test('[I19] a new epoch reaches who follows, who then loads a snapshot', async () => {
  const { domain, listener } = await publishing()
  listener.follow()
  const entry = await domain.store.log.openEpoch(domain.clock.now())
  await until('told', () => listener.received.includes('gap'))
  assert.equal((await listener.load()).replica.position, entry.position)
})
