import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../core/index.ts'
import { ISSUER, SignedLog, tokenFacts } from './contract/signed-log.ts'
import { GenerationCutoffIndex } from './cutoff-index.ts'
import { Replica } from './replica.ts'

const START = 1_000_000_000
const USERS = ['a', 'b', 'c', 'd', 'e', 'f']

/** A log of six cut-offs and its snapshot in three parts; a replica that stands at the first cut-off, fresh. */
function open() {
  const clock = new ManualClock(START)
  const log = new SignedLog(clock)
  const replica = new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'] })
  log.revoke('user', 'a')
  replica.loadSnapshot(log.snapshot())
  clock.advance(1000)
  for (const user of USERS.slice(1)) log.revoke('user', user)
  return { clock, log, replica, parts: log.parts(2) }
}

const revoked = (replica: Replica): readonly string[] => USERS.filter((user) => replica.isRevoked(tokenFacts({ user })))

test('the last part moves position and freshness; cut-offs count from the part that tells of them', () => {
  const { replica, parts } = open()
  const { moved } = replica
  const take = replica.beginSnapshot()
  assert.equal(take(parts[0] as string), 'part')
  assert.deepEqual([revoked(replica), replica.position, replica.freshness().ageMs], [['a', 'b'], 1, 1000])
  assert.notEqual(replica.moved, moved)
  assert.equal(take(parts[1] as string), 'part')
  assert.equal(take(parts[2] as string), 'applied')
  assert.deepEqual([revoked(replica), replica.position, replica.freshness().ageMs], [USERS, 6, 0])
})

test('[I08] in parts or as a whole, a snapshot leaves the same state', () => {
  const { clock, log, replica, parts } = open()
  const whole = new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'] })
  whole.loadSnapshot(log.snapshot())
  const heard: number[] = []
  replica.onEntry(({ position }) => heard.push(position))
  const take = replica.beginSnapshot()
  for (const part of parts) take(part)
  assert.deepEqual([revoked(replica), replica.size, replica.position], [revoked(whole), whole.size, whole.position])
  assert.deepEqual(heard, [1, 2, 3, 4, 5, 6])
  log.revoke('user', 'g')
  assert.equal(replica.receive(log.batch(6)), 'applied')
})

test('who waits for a position of the snapshot waits for its last part', async () => {
  const { replica, parts } = open()
  const waiting = replica.waitFor(4, 250)
  let isThere = false
  void waiting.then(() => {
    isThere = true
  })
  const take = replica.beginSnapshot()
  take(parts[0] as string)
  take(parts[1] as string)
  await Promise.resolve()
  assert.equal(isThere, false)
  take(parts[2] as string)
  assert.equal(await waiting, true)
})

const forged = ({ log, clock }: ReturnType<typeof open>): string => {
  const forger = new SignedLog(clock)
  forger.entries.push(...log.entries)
  return forger.parts(2)[1] as string
}

/** The same head at another moment: its parts say the same and yet belong to another snapshot. */
const later = ({ log }: ReturnType<typeof open>): string => log.parts(2, START + 1001)[1] as string

const grown = ({ log }: ReturnType<typeof open>): string => {
  log.revoke('user', 'g')
  return log.parts(2)[1] as string
}

const another = ({ log, clock }: ReturnType<typeof open>): string => {
  const other = new SignedLog(clock, log.key)
  for (const user of ['x', 'y', 'z', 'x', 'y', 'z']) other.revoke('user', user)
  return other.parts(2)[1] as string
}

type Second = (world: ReturnType<typeof open>) => string
const wrong: readonly [name: string, second: Second][] = [
  ['forged', forged],
  ['changed on its way', ({ parts }) => (parts[1] as string).replace(/.(?=...$)/, (each) => (each === 'A' ? 'B' : 'A'))],
  ['cut', ({ parts }) => (parts[1] as string).slice(0, -10)],
  ['longer than any message', ({ parts }) => (parts[1] as string) + 'A'.repeat(2 ** 20)],
  ['told twice', ({ parts }) => parts[0] as string],
  ['left out', ({ parts }) => parts[2] as string],
  ['of a snapshot of another moment', later],
  ['of a snapshot of a longer log', grown],
  ['of a snapshot of another history', another],
  ['of another length', ({ log }) => log.parts(3)[1] as string],
  ['the whole snapshot', ({ log }) => log.snapshot()],
  ['a heartbeat', ({ log }) => log.heartbeat()],
  ['entries', ({ log }) => log.batch(1)],
]
for (const [name, second] of wrong) {
  test(`[I07] a second part that is ${name} ends the snapshot: the replica stays where it is, and a new snapshot is accepted`, () => {
    const world = open()
    const { log, replica, parts } = world
    const take = replica.beginSnapshot()
    assert.equal(take(parts[0] as string), 'part')
    assert.equal(take(second(world)), 'ignored')
    assert.deepEqual([replica.position, replica.freshness().ageMs], [1, 1000])
    assert.deepEqual(revoked(replica), ['a', 'b'], 'what was signed and said stays true')
    assert.equal(replica.receive(log.batch(1, 3)), 'applied', 'and what was followed is followed')
    const again = replica.beginSnapshot()
    assert.deepEqual(
      log.parts(2).map((part) => again(part)),
      log.parts(2).map((_, index, all) => (index < all.length - 1 ? 'part' : 'applied')),
    )
    assert.equal(again(parts[2] as string), 'ignored', 'nothing comes after the last part')
  })
}

test('[I07] a snapshot that does not begin at the beginning, or stands alone in the feed, synchronises nobody', () => {
  const { clock, log, parts } = open()
  const replica = new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'] })
  assert.equal(replica.beginSnapshot()(parts[1] as string), 'ignored')
  assert.equal(replica.beginSnapshot()(parts[2] as string), 'ignored')
  for (const part of parts) replica.receive(part)
  assert.deepEqual([replica.position, replica.freshness().state], [0, 'stale'])
  assert.equal(replica.receive(log.batch(0)), 'gap')
})

test('[I04] parts of a snapshot that is behind the replica, or of another history, are not taken at all', () => {
  const { clock, log, replica, parts } = open()
  replica.receive(log.batch(1))
  log.revoke('user', 'g')
  replica.receive(log.batch(6))
  assert.equal(replica.beginSnapshot()(parts[0] as string), 'ignored')
  const other = log.copy(6)
  clock.advance(1)
  other.revoke('user', 'f')
  assert.equal(replica.beginSnapshot()(other.parts(2)[0] as string), 'fork')
  assert.equal(replica.freshness().state, 'stale')
})

test('its time passes with each part: what the issuer may have dropped while it read is over for the reader as well', () => {
  const { log, replica } = open()
  const { position: head, hash } = log.head
  const part = {
    type: 'snapshot',
    iss: ISSUER,
    head,
    hash,
    at: START,
    after: 0,
    upTo: 3,
    sorts: [],
    sort: [],
    steps: [],
    times: [],
    ids: [],
  }
  assert.equal(replica.beginSnapshot()(log.sign({ ...part, readAt: START + 60_000 })), 'part')
  assert.equal(replica.now(), START + 60_000)
})

test('a part that goes nowhere while others are to come is not understood', () => {
  const { log, replica } = open()
  const { position: head, hash } = log.head
  const part = { type: 'snapshot', iss: ISSUER, head, hash, at: START, readAt: START, sorts: [], sort: [], steps: [], times: [], ids: [] }
  for (const stretch of [{ after: 0, upTo: 0 }, { after: 0, upTo: head + 1 }, { after: 3, upTo: 2 }, { after: 0 }]) {
    assert.equal(replica.beginSnapshot()(log.sign({ ...part, ...stretch })), 'gap')
  }
})

/** What a replica that takes all parts tells its index to expect, part by part. */
function expectations(log: SignedLog, clock: ManualClock, parts: readonly string[], know?: string): readonly number[] {
  const expected: number[] = []
  class Index extends GenerationCutoffIndex {
    override expect(entries: number): void {
      expected.push(entries)
      super.expect(entries)
    }
  }
  const replica = new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'], index: new Index() })
  if (know !== undefined) replica.loadSnapshot(know)
  const take = replica.beginSnapshot()
  for (const part of parts) take(part)
  return expected
}

test('the positions of the parts tell how many entries are to come; of those that are known already none', () => {
  const { log, clock } = open()
  assert.deepEqual(expectations(log, clock, log.parts(2)), [4, 2, 0])
  assert.deepEqual(expectations(log, clock, log.parts(2), log.snapshot(START + 1000, 5)), [0, 1, 1, 0])
})

test('over the border of an epoch nothing is foretold', () => {
  const { log, clock } = open()
  const before = log.head.position
  log.append('epoch', 'everyone', '')
  log.revoke('user', 'g')
  log.revoke('user', 'h')
  const head = log.head.position
  const parts = [log.part(0, before), log.part(before, head - 1), log.part(head - 1, head)]
  assert.deepEqual(expectations(log, clock, parts), [0, 1, 0])
})
