import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, newId, systemRandom } from 'countersign/core'
import { MasterSecret, newMasterSecret } from '../signing/index.ts'
import { MemoryAuditStore } from '../store/memory/audit-store.ts'
import { nameAct } from './act.ts'
import { Audit } from './audit.ts'
import { AuditChain } from './audit-chain.ts'
import { type AuditFacts, bodyOf, factsOf } from './audit-record.ts'
import { AuditTrail } from './audit-trail.ts'

const NOW = 1_800_000_000_000
const MINUTE_MS = 60_000
const SIGN_IN = { operation: 'signIn', actor: { kind: 'anyone' }, isQuiet: true } as const

async function scene() {
  const clock = new ManualClock(NOW)
  const platform = { clock, random: systemRandom, fetch }
  const kept = new Map<string, string>()
  const keys = {
    keep: async (name: string, sealed: string) => kept.get(name) ?? (kept.set(name, sealed), sealed),
    replace: async () => false,
  }
  const chain = await AuditChain.open({ store: keys, master: MasterSecret.parse(newMasterSecret(systemRandom)), platform })
  const store = new MemoryAuditStore()
  const failures: string[] = []
  const audit = new Audit({
    store,
    chain,
    platform,
    userOf: async (email) => (email === 'ada@example.com' ? 'usr_ada' : undefined),
    onFailure: (_error, operation) => void failures.push(operation),
  })
  const facts = async (): Promise<readonly AuditFacts[]> => (await store.after(0, 10_000)).map(factsOf)
  return { audit, chain, clock, facts, failures, store }
}

const refused =
  (code: 'credentials_invalid' | 'rate_limited' | 'token_expired' | 'request_invalid', account?: string) => async (): Promise<void> => {
    if (account !== undefined) nameAct({ account })
    throw new AuthError(code)
  }

test('[J04] a flood of refusals has a hundred records, then one each 18 seconds; the rest are counted, and the counts are on record', async () => {
  const { audit, clock, facts } = await scene()
  const flood = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++) await assert.rejects(audit.during(SIGN_IN, refused('credentials_invalid', `${n}@example.com`)))
  }
  await flood(1000)
  assert.equal((await facts()).length, 100)
  clock.advance(18_000)
  await flood(10)
  assert.equal((await facts()).length, 101)
  clock.advance(5 * MINUTE_MS)
  await audit.flush()
  const counted = (await facts()).filter(({ count }) => count !== undefined)
  assert.deepEqual(
    counted.map(({ operation, code, count, outcome }) => [operation, code, count, outcome]),
    [['signIn', 'credentials_invalid', 909, 'refused']],
  )
  // Nobody makes it write more than that, however long they go on.
  const before = (await facts()).length
  for (let hour = 0; hour < 60; hour++) {
    await flood(20)
    clock.advance(MINUTE_MS)
  }
  // 200 an hour, what those five minutes have left to have, and a count each five minutes.
  assert.ok((await facts()).length - before <= 200 + 17 + 13)
})

test('[J04] what was only counted is on record before a server stops', async () => {
  const { audit, facts } = await scene()
  for (let n = 0; n < 101; n++) await assert.rejects(audit.during(SIGN_IN, refused('rate_limited')))
  await audit.stop()
  assert.equal((await facts()).at(-1)?.count, 1)
})

test('[J04] only who is turned away is on record: no expired token, no mistake in a form', async () => {
  const { audit, facts } = await scene()
  for (const code of ['token_expired', 'request_invalid'] as const) await assert.rejects(audit.during(SIGN_IN, refused(code)), { code })
  assert.deepEqual(await facts(), [])
})

test('[J04] a stranger’s address is the user whose it is, or a name that says nothing and is the same for the same', async () => {
  const { audit, facts } = await scene()
  for (const email of ['ada@example.com', 'eve@example.com', ' EVE@example.com', 'bob@example.com']) {
    await assert.rejects(audit.during(SIGN_IN, refused('rate_limited', email)))
  }
  const targets = (await facts()).map(({ target }) => target)
  assert.deepEqual(targets[0], { kind: 'user', id: 'usr_ada' })
  assert.deepEqual(targets[1], targets[2])
  assert.notDeepEqual(targets[1], targets[3])
  assert.doesNotMatch(JSON.stringify(targets), /example/)
})

test('[J04] a refusal stays what it is when it cannot be recorded; an act that cannot be is told as such', async () => {
  const { audit, failures, store } = await scene()
  store.append = async () => {
    throw new AuthError('unavailable')
  }
  await assert.rejects(audit.during(SIGN_IN, refused('credentials_invalid')), { code: 'credentials_invalid' })
  assert.deepEqual(failures, ['signIn'])
  await assert.rejects(
    audit.during({ operation: 'createUser', actor: { kind: 'local' } }, async () => 'done'),
    { code: 'unavailable' },
  )
})

test('[J04] what others chose cannot break a record, nor hide in one (ASVS 16.4.1)', () => {
  const nasty = `a\r\n{"at":1}\u2028\u202e\u001b[31m\0\ud800${'x'.repeat(1000)}`
  const text = bodyOf({ at: 1, operation: 'o', actor: { kind: 'user', id: nasty }, outcome: 'done', members: [nasty] })
  assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\\u|\\r|\\n/u)
  assert.ok(text.length < 700)
  assert.ok(text.isWellFormed())
})

test('the text of a record has its members in one order, and none that is empty', () => {
  const facts = { outcome: 'done', actor: { kind: 'local' }, operation: 'revoke', at: 7, members: [] } as const
  assert.equal(bodyOf(facts), '{"at":7,"operation":"revoke","actor":{"kind":"local"},"outcome":"done"}')
  assert.equal(factsOf({ body: 'no JSON' }).operation, 'unreadable')
  assert.equal(factsOf({ body: '{"at":"x"}' }).operation, 'unreadable')
})

test('records without an end of their own are kept as long as is said, for ever where nothing is', async () => {
  const { audit, chain, clock, store } = await scene()
  await audit.append({ operation: 'restore', actor: { kind: 'local' }, outcome: 'done' })
  clock.advance(1_000_000 * MINUTE_MS)
  assert.equal(await new AuditTrail({ store, chain, clock, keptMs: undefined }).forget(), 0)
  assert.equal(await new AuditTrail({ store, chain, clock, keptMs: MINUTE_MS }).forget(), 1)
  assert.match(newId('aud', systemRandom), /^aud_/)
})

test('[J04] what a stranger has typed that is no address is no text in a record: it may be a password in the wrong field', async () => {
  const { audit, facts } = await scene()
  for (const typed of ['correct horse battery staple', 'usr_short', 'usr_q0wG0nRSl2-YlVsw5hAJoQ']) {
    await assert.rejects(audit.during(SIGN_IN, refused('credentials_invalid', typed)))
  }
  const targets = (await facts()).map(({ target }) => target)
  assert.deepEqual(
    targets.map((target) => target?.kind),
    ['account', 'account', 'user'],
  )
  assert.equal(targets[2]?.id, 'usr_q0wG0nRSl2-YlVsw5hAJoQ', 'which we have made ourselves')
  assert.doesNotMatch(JSON.stringify(targets), /horse|short/)
})

test('[J04] a flood of strangers leaves room for the records of those who had proved who they are', async () => {
  const { audit, facts } = await scene()
  for (let n = 0; n < 200; n++) await assert.rejects(audit.during(SIGN_IN, refused('credentials_invalid')))
  const removing = { operation: 'removeService', actor: { kind: 'user', id: 'usr_mallory' } } as const
  for (let n = 0; n < 102; n++) await assert.rejects(audit.during(removing, refused('rate_limited')))
  assert.equal((await facts()).filter(({ actor }) => actor.id === 'usr_mallory').length, 100)
  await audit.flush(true)
  assert.deepEqual(
    (await facts()).slice(-2).map(({ operation, actor, count }) => [operation, actor.kind, count]),
    [
      ['signIn', 'anyone', 100],
      ['removeService', 'user', 2],
    ],
    'what is counted is not said to be of strangers',
  )
})
