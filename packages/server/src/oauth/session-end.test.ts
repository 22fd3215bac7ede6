import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ManualClock, systemRandom } from 'countersign/core'
import type { PlacedEntry } from 'countersign/revocation'
import type { Job, NewJob } from '../delivery/index.ts'
import { allowed, clientRecord, redeems, tokenOf } from '../store/contract/oauth-store.ts'
import { NOW } from '../store/contract/record.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { BACK_CHANNEL_LOGOUT } from './back-channel-logout.ts'
import { openSessionEnds, SESSION_ENDS, sessionEndCourier, sessionEnds } from './session-end.ts'

const SESSION = 'ses_a'
const never = new AbortController().signal

async function world() {
  const clock = new ManualClock(NOW)
  const platform = { clock, random: systemRandom, fetch }
  const store = createMemoryStore({ cutoffLifeMs: 1000, clock })
  await allowed(store)
  await store.oauthClients.remove('cli_a', NOW)
  await store.oauthClients.add(clientRecord('cli_a', { backchannelLogoutUri: 'https://a.example/logout' }))
  await store.oauth.putGrant({ id: 'gra_a', user: 'usr_a', client: 'cli_a', payload: '{}', changedAt: NOW })
  const { person } = tokenOf('jti')
  assert.equal(await redeems(store, tokenOf('jti', { person: { ...person, signedIn: SESSION } })), true)
  await openSessionEnds(store.deliveries, store.events, platform)
  const { deliveries, sessionClients, oauthClients: clients } = store
  let told = 0
  const courier = sessionEndCourier({ deliveries, sessionClients, clients, platform, onJob: () => void told++ })
  const deal = async (job: NewJob | undefined) => {
    assert.ok(job)
    const taken: Job = { ...job, attempt: 1 }
    const destination = await deliveries.find(SESSION_ENDS)
    assert.ok(destination)
    return courier.deliver(taken, destination, never)
  }
  const claimed = async () => {
    const claim = { kind: BACK_CHANNEL_LOGOUT, now: NOW, leaseUntil: NOW, window: 10, limit: 10 }
    return (await deliveries.claim(claim)).map(({ id }) => id)
  }
  return { clock, store, deal, claimed, copy: sessionEnds(platform), told: () => told }
}

suite('the ends of sessions, for clients', () => {
  const entry = (kind: PlacedEntry['kind'], target: PlacedEntry['target'], mode: PlacedEntry['mode'] = 'hard'): PlacedEntry => ({
    ...{ kind, target, mode, position: 7, at: NOW, expiresAt: NOW + 1 },
  })

  test('[D08] every entry by which sessions end is told of, and no other', async () => {
    const { of } = (await world()).copy
    const payloadOf = (each: PlacedEntry): string | undefined => of({ entry: each, cause: {} })?.payload
    const ending: readonly (readonly [PlacedEntry, string])[] = [
      [entry('cutoff', { kind: 'session', id: 'ses_a' }), '{"session":"ses_a"}'],
      [entry('cutoff', { kind: 'user', id: 'usr_a' }), '{"user":"usr_a"}'],
      [entry('cutoff', { kind: 'everyone', id: '' }), '{}'],
      [entry('epoch', { kind: 'everyone', id: '' }), '{}'],
      [entry('cutoff', { kind: 'client', id: 'first-party' }), '{}'],
    ]
    for (const [each, payload] of ending) assert.equal(payloadOf(each), payload)
    const others = [
      entry('cutoff', { kind: 'session', id: 'ses_a' }, 'soft'),
      entry('cutoff', { kind: 'user', id: 'usr_a' }, 'soft'),
      entry('cutoff', { kind: 'user', id: 'https://other.example#usr_a' }),
      entry('cutoff', { kind: 'client', id: 'cli_a' }),
      entry('cutoff', { kind: 'client', id: 'tru_a' }),
      entry('cutoff', { kind: 'token', id: 'jti' }),
      entry('credential', { kind: 'user', id: 'usr_a' }),
    ]
    for (const each of others) assert.equal(payloadOf(each), undefined, JSON.stringify(each))
  })

  test('[D08] [F03] who dies while the clients are told tells them again, under the same ids', async () => {
    const { store, deal, claimed, copy, told } = await world()
    await store.sessions.end(SESSION, NOW)
    const { position } = await store.log.head()
    const job = copy.of({ entry: { ...entry('cutoff', { kind: 'session', id: SESSION }), position }, cause: {} })
    const forget = store.sessionClients.forget.bind(store.sessionClients)
    store.sessionClients.forget = async () => assert.fail('dies')
    await assert.rejects(deal(job))
    store.sessionClients.forget = forget
    assert.deepEqual(await deal(job), { state: 'delivered' })
    assert.deepEqual([await claimed(), told()], [['cli_a.ses_a'], 1])
    assert.deepEqual(await store.sessionClients.ofEnded({}, 10), [])
  })

  test('[D08] where the log was forgotten before it was copied, all that is left to be told is', async () => {
    const { store, deal, claimed, copy } = await world()
    assert.deepEqual(await deal(copy.lost?.()), { state: 'delivered' })
    assert.deepEqual(await claimed(), [])
    await store.sessions.end(SESSION, NOW)
    assert.deepEqual(await deal(copy.lost?.()), { state: 'delivered' })
    assert.deepEqual(await claimed(), ['cli_a.ses_a'])
  })
})
