import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../core/index.ts'
import { ISSUER, SignedLog, tokenFacts } from './contract/signed-log.ts'
import type { PlacedEntry } from './entry.ts'
import type { FreshnessState } from './freshness.ts'
import type { Position } from './position.ts'
import { Replica, type ReplicaOptions } from './replica.ts'
import { encodeSnapshotEntries } from './snapshot-entries.ts'

const START = 1_000_000_000

interface World {
  readonly clock: ManualClock
  readonly log: SignedLog
  readonly replica: Replica
}

function open(options: Partial<ReplicaOptions> = {}): World {
  const clock = new ManualClock(START)
  const log = new SignedLog(clock)
  return { clock, log, replica: replicaOf(clock, log, options) }
}

const replicaOf = (clock: ManualClock, log: SignedLog, options: Partial<ReplicaOptions> = {}): Replica =>
  new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'], ...options })

/** A replica that has loaded a snapshot at position 3. */
function synchronised(): World {
  const world = open()
  for (const id of ['a', 'b', 'c']) world.log.revoke('user', id)
  assert.equal(world.replica.loadSnapshot(world.log.snapshot()), 'applied')
  return world
}

const emptySnapshot = {
  ...{ type: 'snapshot', iss: ISSUER, at: START, after: 0, readAt: START },
  ...encodeSnapshotEntries([], 0),
}

const stateOf = (replica: Replica): FreshnessState => replica.freshness().state
const revoked = (replica: Replica, user: string, rev: Position = 0): boolean => replica.isRevoked(tokenFacts({ user, rev }))

test('[I06] before its first snapshot it is stale and follows nothing', () => {
  const { log, replica } = open()
  log.revoke('user', 'a')
  assert.equal(replica.receive(log.batch(0)), 'gap')
  assert.equal(replica.receive(log.heartbeat()), 'gap')
  assert.equal(replica.position, 0)
  assert.deepEqual(replica.freshness(), { state: 'stale', ageMs: Number.POSITIVE_INFINITY, reason: 'never synchronised' })
})

test('a snapshot makes it fresh, entries move it, heartbeats confirm it', () => {
  const { clock, log, replica } = synchronised()
  assert.equal(stateOf(replica), 'fresh')
  const { moved } = replica
  log.revoke('user', 'd')
  assert.equal(revoked(replica, 'd'), false)
  assert.equal(replica.receive(log.batch(3)), 'applied')
  assert.equal(revoked(replica, 'd'), true)
  assert.notEqual(replica.moved, moved)
  clock.advance(4000)
  assert.equal(replica.receive(log.heartbeat()), 'applied')
  assert.equal(replica.freshness().ageMs, 0)
})

test('a snapshot of an empty log synchronises too', () => {
  const { log, replica } = open()
  assert.equal(replica.loadSnapshot(log.snapshot()), 'applied')
  log.revoke('user', 'a')
  assert.equal(replica.receive(log.batch(0)), 'applied')
})

test('[I08] repeated and overlapping batches change nothing twice', () => {
  const { log, replica } = synchronised()
  log.revoke('user', 'd')
  log.revoke('user', 'e')
  assert.equal(replica.receive(log.batch(3, 4)), 'applied')
  assert.equal(replica.receive(log.batch(2, 5)), 'applied')
  const { moved } = replica
  assert.equal(replica.receive(log.batch(0, 5)), 'duplicate')
  assert.equal(replica.moved, moved)
})

test('[I07] a missing entry is a gap: nothing behind it is applied, and a snapshot heals it', () => {
  const { log, replica } = synchronised()
  log.revoke('user', 'd')
  log.revoke('user', 'e')
  assert.equal(replica.receive(log.batch(4)), 'gap')
  assert.equal(replica.position, 3)
  assert.equal(replica.loadSnapshot(log.snapshot()), 'applied')
  assert.equal(revoked(replica, 'e'), true)
})

test('[I07] an entry that does not continue the chain is a gap', () => {
  const { clock, log, replica } = synchronised()
  const other = log.copy(2)
  clock.advance(1)
  other.revoke('user', 'x')
  other.revoke('user', 'y')
  assert.equal(replica.receive(other.batch(3)), 'gap')
  assert.equal(revoked(replica, 'y'), false)
})

test('[I07] what is not signed by the issuer changes nothing', () => {
  const { clock, log, replica } = synchronised()
  const forger = new SignedLog(clock)
  forger.revoke('everyone')
  assert.equal(replica.receive(forger.batch(0)), 'ignored')
  assert.equal(replica.loadSnapshot(forger.snapshot()), 'ignored')
  assert.equal(replica.receive('nonsense'), 'ignored')
  assert.equal(
    replica.receive(log.sign({ type: 'heartbeat', iss: 'https://other.example', head: 9, hash: log.head.hash, at: START })),
    'ignored',
  )
  assert.equal(replica.position, 3)
  assert.equal(stateOf(replica), 'fresh')
})

test('a message by an unknown key is reported with its kid', () => {
  const { clock, replica } = synchronised()
  const heard: string[] = []
  replica.onUnknownKey((kid) => heard.push(kid))
  const successor = new SignedLog(clock)
  replica.receive(successor.heartbeat())
  assert.deepEqual(heard, [successor.key.kid])
})

test('[I07] a heartbeat with another hash at our own position is another history: stale until a snapshot is ahead of it', () => {
  const { clock, log, replica } = synchronised()
  const other = log.copy(2)
  clock.advance(1)
  other.revoke('user', 'x')
  assert.equal(replica.receive(other.heartbeat()), 'fork')
  assert.equal(stateOf(replica), 'stale')
  assert.match(replica.freshness().reason ?? '', /another history/)
  assert.equal(replica.receive(log.heartbeat()), 'gap')
  assert.equal(replica.loadSnapshot(log.snapshot()), 'fork')
  assert.equal(replica.loadSnapshot(other.snapshot()), 'fork')
  other.revoke('user', 'y')
  assert.equal(replica.loadSnapshot(other.snapshot()), 'applied')
  assert.equal(stateOf(replica), 'fresh')
  for (const user of ['a', 'b', 'c', 'x', 'y']) assert.equal(revoked(replica, user), true, user)
})

test('[I07] entries of another history are noticed even where the replica has already passed', () => {
  const { clock, log, replica } = synchronised()
  for (const id of ['d', 'e']) log.revoke('user', id)
  replica.receive(log.batch(3))
  const old = log.copy(3)
  clock.advance(1)
  old.revoke('user', 'x')
  assert.equal(replica.receive(old.batch(3)), 'fork')
  assert.equal(stateOf(replica), 'stale')
})

test('[I04] a snapshot never takes the replica back, nor un-revokes', () => {
  const { log, replica } = synchronised()
  const older = log.snapshot(START, 2)
  log.revoke('user', 'd')
  replica.receive(log.batch(3))
  assert.equal(replica.loadSnapshot(older), 'ignored')
  assert.equal(replica.position, 4)
  const selective = log.sign({ ...emptySnapshot, head: 4, upTo: 4, hash: log.head.hash, at: START + 1 })
  assert.equal(replica.loadSnapshot(selective), 'applied')
  assert.equal(revoked(replica, 'd'), true)
})

test('an issuer on an old copy is not confirmed: the verifier goes stale and says why', () => {
  const { clock, log, replica } = synchronised()
  log.revoke('user', 'd')
  replica.receive(log.batch(3))
  const old = log.copy(3)
  for (let second = 0; second < 70; second++) {
    clock.advance(1001)
    assert.equal(replica.receive(old.heartbeat()), 'ignored')
  }
  assert.equal(stateOf(replica), 'stale')
  assert.match(replica.freshness().reason ?? '', /issuer is behind this verifier/)
})

test('[I19] the new epoch after a restore is reached by a snapshot and kills the old tokens', () => {
  const { clock, log, replica } = synchronised()
  const old = log.copy(2)
  clock.advance(2000)
  old.append('epoch', 'everyone', '')
  assert.equal(replica.receive(old.batch(2)), 'gap')
  assert.equal(replica.loadSnapshot(old.snapshot()), 'applied')
  assert.equal(stateOf(replica), 'fresh')
  assert.equal(revoked(replica, 'anybody', 3), true)
  assert.equal(revoked(replica, 'anybody', old.head.position), false)
  assert.equal(replica.receive(log.heartbeat()), 'duplicate')
})

test('[I19] a new epoch is reached by a snapshot even when it follows on our own head', () => {
  const { log, replica } = synchronised()
  log.append('epoch', 'everyone', '')
  assert.equal(replica.receive(log.batch(3)), 'gap')
  assert.equal(replica.loadSnapshot(log.snapshot()), 'applied')
  assert.equal(replica.position, log.head.position)
})

test('[I07] a snapshot with another hash at our own position is another history', () => {
  const { clock, log, replica } = synchronised()
  const other = log.copy(2)
  clock.advance(1)
  other.revoke('user', 'x')
  assert.equal(replica.loadSnapshot(other.snapshot()), 'fork')
  assert.equal(stateOf(replica), 'stale')
})

test('a heartbeat that is ahead waits for its entries and then counts', () => {
  const { clock, log, replica } = synchronised()
  clock.advance(3000)
  log.revoke('user', 'd')
  assert.equal(replica.receive(log.heartbeat()), 'ignored')
  assert.equal(replica.freshness().ageMs, 3000)
  assert.equal(replica.receive(log.batch(3)), 'applied')
  assert.equal(replica.freshness().ageMs, 0)
})

test('[I07] a second heartbeat that finds the replica where it was shows that entries do not arrive', () => {
  const { clock, log, replica } = synchronised()
  log.revoke('user', 'd')
  clock.advance(1000)
  assert.equal(replica.receive(log.heartbeat()), 'ignored')
  clock.advance(1000)
  assert.equal(replica.receive(log.heartbeat()), 'gap')
  assert.match(replica.freshness().reason ?? '', /behind the issuer/)
})

test('[I07] an awaited heartbeat with another hash than the entry that comes is another history', () => {
  const { clock, log, replica } = synchronised()
  const other = log.copy()
  log.revoke('user', 'd')
  clock.advance(1)
  other.revoke('user', 'x')
  assert.equal(replica.receive(other.heartbeat()), 'ignored')
  assert.equal(replica.receive(log.batch(3)), 'fork')
})

test('a heartbeat that only crossed with entries on its way is confirmed', () => {
  const { clock, log, replica } = synchronised()
  clock.advance(2000)
  const crossed = log.heartbeat()
  log.revoke('user', 'd')
  replica.receive(log.batch(3))
  assert.equal(replica.receive(crossed), 'applied')
  assert.equal(replica.freshness().ageMs, 0)
})

test('under revocations without a pause the heartbeats still confirm', () => {
  const { clock, log, replica } = synchronised()
  for (let step = 0; step < 100; step++) {
    clock.advance(100)
    log.revoke('user', `u${step}`)
    if (step % 10 === 0) replica.receive(log.heartbeat())
    replica.receive(log.batch(replica.position))
    assert.equal(stateOf(replica), 'fresh')
    assert.ok(replica.freshness().ageMs <= 1000)
  }
})

test('[I06] an old heartbeat played again neither refreshes nor lowers anything', () => {
  const { clock, log, replica } = synchronised()
  const old = log.heartbeat()
  clock.advance(3000)
  replica.receive(log.heartbeat())
  clock.advance(2000)
  assert.equal(replica.receive(old), 'duplicate')
  assert.equal(replica.freshness().ageMs, 2000)
})

const newer: readonly [name: string, entry: (log: SignedLog) => readonly unknown[], sort: readonly unknown[]][] = [
  ['entry kind', ({ head }) => [4, START, 'tenant-cutoff', 'user', 'd', 'soft', START, head.hash], ['tenant-cutoff', 'user', 'soft', 0]],
  ['target kind', ({ head }) => [4, START, 'cutoff', 'tenant', 'd', 'soft', START, head.hash], ['cutoff', 'tenant', 'soft', 0]],
]
for (const [name, entry, sort] of newer) {
  test(`an unknown ${name} of a newer server is not passed over: stale with a reason until a snapshot can be read`, () => {
    const { log, replica } = synchronised()
    const { hash } = log.head
    assert.equal(replica.receive(log.sign({ type: 'entries', iss: ISSUER, after: 3, entries: [entry(log)] })), 'gap')
    assert.equal(stateOf(replica), 'stale')
    assert.match(replica.freshness().reason ?? '', /does not understand/)
    assert.equal(
      replica.loadSnapshot(
        log.sign({ ...emptySnapshot, head: 4, upTo: 4, hash, sorts: [sort], sort: [0], steps: [4], times: [START], ids: ['d'] }),
      ),
      'gap',
    )
    assert.equal(stateOf(replica), 'stale')
    assert.equal(replica.loadSnapshot(log.sign({ ...emptySnapshot, head: 5, upTo: 5, hash })), 'applied')
    assert.equal(stateOf(replica), 'fresh')
  })
}

test('each change of state is heard once, also those by time alone', () => {
  const { clock, log, replica } = open()
  const heard: FreshnessState[] = []
  replica.onFreshnessChange(({ state }) => heard.push(state))
  replica.loadSnapshot(log.snapshot())
  clock.advance(120_000)
  replica.receive(log.heartbeat())
  assert.deepEqual(heard, ['fresh', 'grace', 'stale', 'fresh'])
})

test('[I16] its time is never behind the newest heartbeat, and a local clock that jumps ahead makes it forget nothing', () => {
  const { clock, log, replica } = synchronised()
  clock.stepWall(-3_600_000)
  assert.equal(replica.now(), START)
  clock.stepWall(3_600_000 * 24 * 3650)
  replica.receive(log.heartbeat(START + 1000))
  clock.stepWall(-3_600_000 * (24 * 3650 - 1))
  assert.equal(replica.size, 3)
  assert.equal(revoked(replica, 'a'), true)
})

test('[I16] an issuer whose clock jumps ten years ahead is not believed, and service returns when the clock does', () => {
  const { clock, log, replica } = synchronised()
  assert.equal(replica.receive(log.heartbeat(START + 315_360_000_000)), 'ignored')
  assert.equal(replica.now(), START)
  assert.equal(replica.size, 3)
  assert.match(replica.freshness().reason ?? '', /clock/)
  clock.advance(1000)
  assert.equal(replica.receive(log.heartbeat()), 'applied')
})

test('[I12] cut-offs are forgotten when signed time has passed their end, and only then', () => {
  const { clock, log, replica } = synchronised()
  clock.advance(309_000)
  replica.receive(log.heartbeat())
  assert.equal(replica.size, 3)
  clock.advance(600_000)
  replica.receive(log.heartbeat())
  assert.equal(replica.size, 0)
})

test('who waits for a position hears it as soon as it is applied', async () => {
  const { log, replica } = synchronised()
  assert.equal(await replica.waitFor(3, 250), true)
  const waiting = replica.waitFor(5, 250)
  log.revoke('user', 'd')
  log.revoke('user', 'e')
  replica.receive(log.batch(3))
  assert.equal(await waiting, true)
})

test('who waits in vain hears it at the time-out, and one too many at once', async () => {
  const { clock, replica } = synchronised()
  const waiting = Array.from({ length: 1024 }, () => replica.waitFor(4, 250))
  assert.equal(await replica.waitFor(4, 250), false)
  clock.advance(250)
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set([false]))
})

test('every applied entry is handed on, from batches and from snapshots', () => {
  const { log, replica } = synchronised()
  const heard: PlacedEntry[] = []
  replica.onEntry((entry) => heard.push(entry))
  log.append('keyset', 'issuer', '')
  log.revoke('key', 'k')
  replica.receive(log.batch(3, 4))
  log.append('credential', 'token', 'svc')
  replica.receive(log.batch(5))
  assert.deepEqual(heard, log.entries.slice(3, 4))
  replica.loadSnapshot(log.snapshot())
  assert.deepEqual(
    heard.slice(1),
    log.entries.map(({ hash: _, ...placed }) => placed),
  )
})

test('[I22] a token of another issuer is denied: its rev is a place in another log', () => {
  const { replica } = synchronised()
  assert.equal(replica.isRevoked(tokenFacts({ issuer: 'https://other.example', user: 'z', rev: 2 ** 50 })), true)
})
