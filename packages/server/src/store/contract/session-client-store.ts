import assert from 'node:assert/strict'
import type { SessionsOf } from '../../oauth/session-client-store.ts'
import type { Store } from '../store.ts'
import { clientRecord, redeems } from './oauth-store.ts'
import { NOW, sessionRecord, signedIn } from './record.ts'
import { type OpenStore, promises } from './suite.ts'

const HOUR_MS = 3_600_000
const USER = 'usr_a'
const SESSION = 'ses_a'

/** Gives a client a token, in a session of a person; also one that outlasts it. @returns whether it got one. */
async function issued(store: Store, client: string, session: string, { user = USER, outlasts = false, n = 0 } = {}): Promise<boolean> {
  const grant = `gra_${user}_${client}`
  await store.oauth.putGrant({ id: grant, user, client, payload: '{}', changedAt: NOW })
  const person = { user, grant, session: outlasts ? undefined : session, signedIn: session }
  const jti = `jti_${session}_${client}_${n}`
  return redeems(store, { jti, client, person, expiresAt: NOW + 300_000, at: NOW })
}

async function ground(store: Store): Promise<void> {
  await signedIn(store, sessionRecord(SESSION, USER))
  for (const id of ['cli_a', 'cli_b', 'cli_c']) await store.oauthClients.add(clientRecord(id))
}

/** What `SessionClientStore` promises, for any store. */
export function sessionClientStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)
  const told = async (store: Store, sessions: SessionsOf = {}) =>
    (await store.sessionClients.ofEnded(sessions, 10)).map(({ session, client, user }) => `${session} ${client} ${user}`).toSorted()

  promise('who was given something in a session has to be told once it has ended, and once', async (store) => {
    await ground(store)
    for (const n of [1, 2]) await issued(store, 'cli_a', SESSION, { n })
    await issued(store, 'cli_b', SESSION, { outlasts: true })
    assert.deepEqual(await told(store), [])
    await store.sessions.end(SESSION, NOW)
    const both = ['ses_a cli_a usr_a', 'ses_a cli_b usr_a']
    for (const sessions of [{}, { session: SESSION }, { user: USER }]) assert.deepEqual(await told(store, sessions), both)
    for (const sessions of [{ session: 'ses_x' }, { user: 'usr_x' }]) assert.deepEqual(await told(store, sessions), [])
    await store.sessionClients.forget(await store.sessionClients.ofEnded({ session: SESSION }, 1))
    assert.equal((await told(store)).length, 1)
  })

  promise('of a person’s sessions it is that of the one that has ended, however it is asked for', async (store) => {
    await ground(store)
    await signedIn(store, sessionRecord('ses_b', USER))
    for (const [client, session] of [
      ['cli_a', SESSION],
      ['cli_a', 'ses_b'],
      ['cli_b', 'ses_b'],
    ] as const) {
      await issued(store, client, session)
    }
    await store.sessions.end(SESSION, NOW)
    for (const sessions of [{}, { user: USER }, { session: SESSION }]) assert.deepEqual(await told(store, sessions), ['ses_a cli_a usr_a'])
    assert.deepEqual(await told(store, { session: 'ses_b' }), [])
  })

  promise('whatever ends sessions leaves behind who has to be told; what goes on does not', async (store) => {
    await ground(store)
    for (const id of ['b', 'c', 'd']) await signedIn(store, sessionRecord(`ses_${id}`, `usr_${id}`))
    await issued(store, 'cli_a', SESSION)
    for (const id of ['b', 'c', 'd']) await issued(store, 'cli_a', `ses_${id}`, { user: `usr_${id}` })
    const ended = ['ses_a cli_a usr_a', 'ses_b cli_a usr_b', 'ses_c cli_a usr_c', 'ses_d cli_a usr_d']
    const single = sessionRecord('ses_next', 'usr_b')
    const endings = [
      () => store.users.setStatus(USER, 'suspended', NOW),
      () => store.sessions.open({ session: single, passwordGeneration: 1, single: true }),
      () => store.sessions.end('ses_c', NOW, true),
      () => store.log.revoke({ target: { kind: 'everyone', id: '' }, mode: 'hard', at: NOW }),
    ]
    for (const [n, end] of endings.entries()) {
      await end()
      assert.deepEqual(await told(store), ended.slice(0, n + 1))
    }
  })

  promise('who was refused need not be told, nor who refreshes what outlasts a session that has ended', async (store) => {
    await ground(store)
    await signedIn(store, sessionRecord('ses_b', 'usr_b'))
    await store.oauthClients.setDisabled('cli_b', true, NOW)
    await issued(store, 'cli_b', SESSION)
    await issued(store, 'cli_c', 'ses_b', { outlasts: true })
    await store.sessions.end(SESSION, NOW)
    await issued(store, 'cli_a', SESSION, { outlasts: true })
    assert.deepEqual(await told(store), [])
  })

  promise('[I02] whoever gets something while a session ends is told, or was refused', async (store) => {
    await ground(store)
    for (let round = 0; round < 12; round++) {
      const session = `ses_r${round}`
      await signedIn(store, sessionRecord(session, `usr_r${round}`))
      const user = `usr_r${round}`
      const [got] = await Promise.all([issued(store, 'cli_a', session, { user }), store.sessions.end(session, NOW)])
      assert.deepEqual(await told(store, { session }), got ? [`${session} cli_a ${user}`] : [])
    }
  })

  promise('it is forgotten when the session would be over anyway', async (store) => {
    await ground(store)
    for (const client of ['cli_a', 'cli_b']) await issued(store, client, SESSION)
    assert.equal(await store.sessionClients.sweep(NOW, 10), 0)
    assert.equal(await store.sessionClients.sweep(NOW + 10_000 * HOUR_MS, 1), 1)
    assert.equal(await store.sessionClients.sweep(NOW + 10_000 * HOUR_MS, 10), 1)
    await store.sessions.end(SESSION, NOW)
    assert.deepEqual(await told(store), [])
  })
}
