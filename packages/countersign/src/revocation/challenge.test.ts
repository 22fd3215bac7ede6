import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EpochMs, ManualClock } from '../core/index.ts'
import type { Challenge } from './challenge.ts'
import { ISSUER, SignedLog, tokenFacts } from './contract/signed-log.ts'
import type { LogHead } from './entry.ts'
import { Replica } from './replica.ts'

const START = 1_000_000_000
const YEAR_MS = 31_536_000_000

/** The issuer's clock is right; the verifier's wall clock is whatever the test makes of it. */
class World {
  readonly clock = new ManualClock(START)
  readonly log = new SignedLog({ now: () => this.issuerTime(), monotonicMs: () => this.clock.monotonicMs(), after: () => () => undefined })
  readonly replica: Replica = this.open()
  #nonces = 0

  issuerTime(): EpochMs {
    return START + this.clock.monotonicMs()
  }

  open(): Replica {
    return new Replica({ issuer: ISSUER, clock: this.clock, keys: () => this.log.keys, algorithms: ['ES256'], proof: 'challenge' })
  }

  ask(): Challenge {
    return this.replica.ask(`nonce-${++this.#nonces}-of-this-verifier`)
  }

  answer({ nonce }: Pick<Challenge, 'nonce'>, { position, hash }: LogHead = this.log.head, log: SignedLog = this.log): string {
    return log.sign({ type: 'heartbeat', iss: ISSUER, head: position, hash, at: this.issuerTime(), nonce })
  }

  /** Asks, and has the answer at once. */
  confirm(): string {
    return this.replica.receive(this.answer(this.ask()))
  }

  get state(): string {
    return this.replica.freshness().state
  }
}

function synchronised(): World {
  const world = new World()
  for (const id of ['a', 'b', 'c']) world.log.revoke('user', id)
  assert.equal(world.replica.loadSnapshot(world.log.snapshot()), 'applied')
  return world
}

test('[B40] [I06] snapshots, entries and heartbeats move it and confirm nothing; the answer to its own question does, aged since asking', () => {
  const world = synchronised()
  const { clock, log, replica } = world
  assert.equal(world.state, 'stale')
  log.revoke('user', 'd')
  assert.equal(replica.receive(log.batch(3)), 'applied')
  assert.equal(replica.receive(log.heartbeat()), 'applied')
  assert.equal(replica.isRevoked(tokenFacts({ user: 'd' })), true)
  assert.deepEqual(replica.freshness(), {
    state: 'stale',
    ageMs: Number.POSITIVE_INFINITY,
    reason: 'never synchronised',
  })
  const challenge = world.ask()
  const answer = world.answer(challenge)
  clock.advance(3000)
  assert.equal(replica.receive(answer), 'applied')
  assert.deepEqual(replica.freshness(), { state: 'fresh', ageMs: 3000 })
  assert.equal(challenge.isConfirmed, true)
  clock.advance(2001)
  assert.equal(replica.receive(log.heartbeat()), 'applied')
  assert.equal(world.state, 'grace')
})

test('[I06] an answer that was on its way for longer than it would be fresh confirms no freshness', () => {
  const world = synchronised()
  const answer = world.answer(world.ask())
  world.clock.advance(20_000)
  assert.equal(world.replica.receive(answer), 'applied')
  assert.equal(world.replica.freshness().ageMs, 20_000)
  assert.equal(world.state, 'grace')
})

type Worthless = readonly [what: string, make: (world: World, challenge: Challenge) => string]
const worthless: readonly Worthless[] = [
  ['to another nonce', (world) => world.answer({ nonce: 'nonce-of-another-verifier' })],
  ['without a nonce', (world) => world.log.heartbeat(world.issuerTime())],
  ['that somebody else has signed', (world, challenge) => world.answer(challenge, world.log.head, new SignedLog(world.clock))],
  [
    'of another issuer',
    ({ log, clock }, { nonce }) =>
      log.sign({ type: 'heartbeat', iss: 'https://other.example', head: 3, hash: log.head.hash, at: clock.now(), nonce }),
  ],
  [
    'with a nonce that is no text',
    ({ log }) => log.sign({ type: 'heartbeat', iss: ISSUER, head: 3, hash: log.head.hash, at: START, nonce: 1 }),
  ],
  [
    'to a question before the newest one',
    (world, challenge) => {
      world.ask()
      return world.answer(challenge)
    },
  ],
]

for (const [what, make] of worthless) {
  test(`[I06] [I07] an answer ${what} confirms nothing`, () => {
    const world = synchronised()
    world.replica.receive(make(world, world.ask()))
    assert.equal(world.state, 'stale')
  })
}

test('[I06] an answer counts once: played again it makes nothing younger', () => {
  const world = synchronised()
  const answer = world.answer(world.ask())
  world.replica.receive(answer)
  world.clock.advance(4000)
  world.replica.receive(answer)
  world.ask()
  world.replica.receive(answer)
  assert.equal(world.replica.freshness().ageMs, 4000)
})

test('an answer that is ahead confirms when the entries before it have come, aged since asking', () => {
  const world = synchronised()
  const { clock, log, replica } = world
  for (const id of ['d', 'e']) log.revoke('user', id)
  const challenge = world.ask()
  assert.equal(replica.receive(world.answer(challenge)), 'ignored')
  assert.equal(challenge.answer?.position, 5)
  clock.advance(1000)
  replica.receive(log.batch(3, 4))
  assert.equal(world.state, 'stale')
  replica.receive(log.batch(4, 5))
  assert.deepEqual(replica.freshness(), { state: 'fresh', ageMs: 1000 })
  assert.equal(challenge.isConfirmed, true)
})

test('of two answers that are ahead the older one is not given up: a replica that is always a little behind is not stale', () => {
  const world = synchronised()
  const { clock, log, replica } = world
  log.revoke('user', 'd')
  replica.receive(world.answer(world.ask()))
  clock.advance(500)
  log.revoke('user', 'e')
  replica.receive(world.answer(world.ask()))
  replica.receive(log.batch(3, 4))
  assert.deepEqual(replica.freshness(), { state: 'fresh', ageMs: 500 })
})

test('an answer that crosses with entries confirms: we know more than it says', () => {
  const world = synchronised()
  const { clock, log, replica } = world
  const challenge = world.ask()
  const answer = world.answer(challenge)
  log.revoke('user', 'd')
  clock.advance(2000)
  replica.receive(log.batch(3))
  assert.equal(replica.receive(answer), 'applied')
  assert.equal(replica.freshness().ageMs, 2000)
})

test('[I19] an issuer on an old copy of its database answers with less than we knew when we asked: that confirms nothing, and we say why', () => {
  const world = synchronised()
  const old = world.log.copy(2)
  assert.equal(world.replica.receive(world.answer(world.ask(), old.head, old)), 'ignored')
  assert.equal(world.state, 'stale')
  assert.match(world.replica.freshness().reason ?? '', /old copy/)
})

test('[I07] an answer that names another entry at our place is another history', () => {
  const world = synchronised()
  const other = world.log.copy(2)
  world.clock.advance(1)
  other.revoke('user', 'x')
  world.confirm()
  assert.equal(world.state, 'fresh')
  assert.equal(world.replica.receive(world.answer(world.ask(), other.head, other)), 'fork')
  assert.equal(world.state, 'stale')
  assert.equal(world.confirm(), 'gap')
})

test('an answer may come before the first snapshot: both together confirm', () => {
  const world = new World()
  const { log, replica } = world
  log.revoke('user', 'a')
  const answer = world.answer(world.ask())
  assert.equal(replica.receive(answer), 'gap')
  assert.equal(replica.loadSnapshot(log.snapshot()), 'applied')
  assert.equal(replica.freshness().state, 'fresh')
})

test('[I16] the wall clock may say what it likes: freshness and the time of day are those of the issuer', () => {
  const world = synchronised()
  const { clock, replica } = world
  for (const stepMs of [-10 * YEAR_MS, 20 * YEAR_MS, -START, 3_600_000]) {
    clock.stepWall(stepMs)
    assert.equal(world.confirm(), 'applied')
    assert.equal(replica.now(), world.issuerTime())
    clock.advance(1500)
    clock.stepWall(-stepMs / 3)
    assert.deepEqual(replica.freshness(), { state: 'fresh', ageMs: 1500 })
    assert.equal(replica.isFreshAt(replica.now()), true)
    assert.equal(replica.now(), world.issuerTime())
  }
})

test('[I16] its time is never behind the newest signed heartbeat, asked for or not', () => {
  const world = synchronised()
  world.confirm()
  world.replica.receive(world.log.heartbeat(world.issuerTime() + 60_000))
  assert.equal(world.replica.now(), world.issuerTime() + 60_000)
  world.confirm()
  assert.equal(world.replica.now(), world.issuerTime() + 60_000)
})

type Step = readonly ['pass' | 'step the clock' | 'revoke' | 'feed' | 'ask' | 'answer' | 'heartbeat', number]
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('pass', 'step the clock', 'revoke', 'feed', 'ask', 'answer', 'heartbeat'),
  fc.integer({ min: 0, max: 4000 }),
)

test('[B40] [I06] [I16] whatever is delayed and wherever the wall clock jumps: what is not known yet is younger than the age that is told', () => {
  let fresh = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = synchronised()
      const { clock, log, replica } = world
      const committedMs = [0, 0, 0]
      const underWay: string[] = []
      let asked = world.ask()
      for (const [kind, amount] of steps) {
        if (kind === 'pass') clock.advance(amount)
        if (kind === 'step the clock') clock.stepWall((amount - 2000) * 1_000_000)
        if (kind === 'revoke') committedMs.push(log.revoke('user', `u${amount}`) ? clock.monotonicMs() : 0)
        if (kind === 'feed' && log.head.position > replica.position) replica.receive(log.batch(replica.position, replica.position + 1))
        if (kind === 'heartbeat') replica.receive(log.heartbeat())
        if (kind === 'ask') {
          asked = world.ask()
          underWay.push(world.answer(asked))
        }
        // Any answer that was ever given, also again.
        if (kind === 'answer') replica.receive(underWay[amount % Math.max(1, underWay.length)] ?? '')
        const { state, ageMs } = replica.freshness()
        const oldestUnknownMs = committedMs[replica.position] ?? Number.POSITIVE_INFINITY
        assert.ok(clock.monotonicMs() - oldestUnknownMs <= ageMs, `${clock.monotonicMs() - oldestUnknownMs} > ${ageMs}`)
        assert.equal(replica.isFreshAt(replica.now()), state === 'fresh')
        if (state === 'fresh') fresh++
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(fresh > 100, `it was fresh ${fresh} times only`)
})
