import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ManualClock } from '../core/index.ts'
import { ISSUER, SignedLog, tokenFacts } from './contract/signed-log.ts'
import { Replica } from './replica.ts'
import type { TokenFacts } from './rule.ts'
import { targetKinds } from './target.ts'

const START = 1_000_000_000
const ENTRIES = 12

// One log, and every message that its issuer could ever have sent about it: signed once, delivered anyhow.
const issuerClock = new ManualClock(START)
const log = new SignedLog(issuerClock)
const messages: string[] = []
for (let position = 1; position <= ENTRIES; position++) {
  issuerClock.advance(500)
  const kind = targetKinds[position % targetKinds.length] ?? 'user'
  log.revoke(kind, kind === 'everyone' || kind === 'issuer' ? '' : position % 2 === 0 ? 'x' : 'y')
  messages.push(log.batch(position - 1), log.batch(Math.max(0, position - 4)), log.heartbeat(), log.snapshot())
}
const finalSnapshot = log.snapshot()

const tokens: readonly TokenFacts[] = Array.from({ length: ENTRIES + 1 }, (_, rev) => [
  tokenFacts({ rev }),
  tokenFacts({ rev, user: 'y', session: 'y' }),
  tokenFacts({ rev, client: 'y', roles: ['y'], groups: [], tokenId: 'z', keyId: 'z' }),
]).flat()

function verdicts(replica: Replica): readonly boolean[] {
  return tokens.map((facts) => replica.isRevoked(facts))
}

function newReplica(clock: ManualClock): Replica {
  return new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'] })
}

const expected = newReplica(new ManualClock(START))
expected.loadSnapshot(finalSnapshot)

test('[I04] [I08] whatever is lost, repeated and reordered: nothing flips back, and the end is the same', () => {
  const deliveries = fc.array(fc.record({ message: fc.nat(messages.length - 1), waitMs: fc.nat(3000) }), { maxLength: 60 })
  fc.assert(
    fc.property(deliveries, (steps) => {
      const clock = new ManualClock(START)
      const replica = newReplica(clock)
      let before = verdicts(replica)
      for (const { message, waitMs } of steps) {
        clock.advance(waitMs)
        const { position } = replica
        replica.receive(messages[message] ?? '')
        assert.ok(replica.position >= position)
        const now = verdicts(replica)
        for (const [token, revoked] of before.entries()) assert.ok(!revoked || now[token])
        before = now
      }
      replica.receive(finalSnapshot)
      assert.equal(replica.position, ENTRIES)
      assert.deepEqual(verdicts(replica), verdicts(expected))
    }),
    { numRuns: 150 },
  )
})

test('[I02] [I07] a replica that was confirmed at some moment has applied every entry that was written before it', () => {
  const deliveries = fc.array(fc.nat(messages.length - 1), { maxLength: 40 })
  fc.assert(
    fc.property(deliveries, (steps) => {
      const clock = new ManualClock(START + ENTRIES * 500)
      const replica = new Replica({ issuer: ISSUER, clock, keys: () => log.keys, algorithms: ['ES256'], clockSkewMs: 0 })
      for (const message of steps) {
        replica.receive(messages[message] ?? '')
        const { ageMs } = replica.freshness()
        const writtenBefore = log.entries.filter(({ at }) => at <= clock.now() - ageMs)
        assert.ok(replica.position >= writtenBefore.length)
      }
    }),
    { numRuns: 150 },
  )
})

test('[I08] all orders of the single entries, with a snapshot for each gap, end alike', () => {
  const order = fc.shuffledSubarray(
    Array.from({ length: ENTRIES }, (_, at) => at),
    { minLength: ENTRIES },
  )
  fc.assert(
    fc.property(order, fc.nat(ENTRIES), (places, healedAfter) => {
      const replica = newReplica(new ManualClock(START))
      replica.receive(messages[3] ?? '')
      for (const [step, place] of places.entries()) {
        const received = replica.receive(messages[place * 4] ?? '')
        if (received === 'gap' && step >= healedAfter) replica.receive(messages[place * 4 + 3] ?? '')
      }
      replica.receive(finalSnapshot)
      assert.deepEqual(verdicts(replica), verdicts(expected))
    }),
    { numRuns: 100 },
  )
})
