import assert from 'node:assert/strict'
import type { OAuthClient } from '../../oauth/oauth-client.ts'
import type { Artifact, PersonalToken } from '../../oauth/oauth-store.ts'
import type { Store } from '../store.ts'
import { NOW, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, askAtOnce, assertChainHolds, type OpenStore, promises } from './suite.ts'

const AT_ONCE = 64
export const HOUR_MS = 3_600_000
export const USER = 'usr_a'
export const CLIENT = 'cli_a'
export const GRANT = 'gra_a'
export const SESSION = 'ses_a'

export const clientRecord = (id: string, change: Partial<OAuthClient> = {}): OAuthClient => ({
  id,
  kind: 'confidential',
  name: 'Orders „ß“',
  redirectUris: ['https://orders.example/callback'],
  postLogoutRedirectUris: [],
  grantTypes: ['authorization_code', 'refresh_token'],
  scopes: ['orders:read'],
  requiresDpop: false,
  requiresPush: false,
  requiresSigning: false,
  requiresCertificate: false,
  tlsAuth: undefined,
  backchannelLogoutUri: undefined,
  backchannelLogoutSessionRequired: false,
  jwks: undefined,
  links: {},
  contacts: [],
  registration: undefined,
  version: 0,
  secretHash: 'hash-1',
  formerSecretHash: undefined,
  formerUntil: undefined,
  disabledAt: undefined,
  createdAt: NOW,
  ...change,
})

export const artifactRecord = (id: string, change: Partial<Artifact> = {}): Artifact => ({
  model: 'RefreshToken',
  id,
  payload: `{"n":"${id}"}`,
  grant: GRANT,
  user: USER,
  client: CLIENT,
  session: SESSION,
  userCode: undefined,
  expiresAt: NOW + HOUR_MS,
  ...change,
})

export const tokenOf = (jti: string, change: Partial<PersonalToken> = {}): PersonalToken => ({
  jti,
  client: CLIENT,
  person: { user: USER, grant: GRANT, session: SESSION, signedIn: SESSION },
  expiresAt: NOW + 300_000,
  at: NOW,
  ...change,
})

/** A person with a session who has allowed a client something. */
export async function allowed(store: Store): Promise<void> {
  await signedIn(store, sessionRecord(SESSION, USER))
  await store.oauthClients.add(clientRecord(CLIENT))
  await store.oauth.putGrant({ id: GRANT, user: USER, client: CLIENT, payload: '{"scope":"a"}', changedAt: NOW })
}

/** Hands out a code and redeems it. @returns false when that was refused. */
export async function redeems(store: Store, token: PersonalToken): Promise<boolean> {
  const { user, grant, session } = token.person
  const code = artifactRecord(`code of ${token.jti}`, { model: 'AuthorizationCode', user, client: token.client, grant, session })
  await store.oauth.put(code)
  return store.oauth.redeem({ model: code.model, id: code.id, repeatableAfter: undefined, token, successor: undefined })
}

/** What `OAuthStore` and `OAuthClientStore` promise, for any store; of what is redeemed more stands in `redemption.ts`. */
export function oauthStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)
  const isThere = async (store: Store, id: string, model = 'RefreshToken') => (await store.oauth.find(model, id, NOW)) !== undefined

  promise(`[I01] of ${AT_ONCE} who redeem one thing at once one wins`, async (store) => {
    await allowed(store)
    assert.equal(await store.oauth.put(artifactRecord('a')), true)
    assert.deepEqual(
      await askAtOnce(AT_ONCE, (n) => store.oauth.consume('RefreshToken', 'a', NOW + n)),
      new Map([
        [true, 1],
        [false, AT_ONCE - 1],
      ]),
    )
    assert.equal(typeof (await store.oauth.find('RefreshToken', 'a', NOW))?.consumedAt, 'number')
    assert.equal(await store.oauth.consume('RefreshToken', 'unknown', NOW), false)
  })

  promise(
    `[I01] of ${AT_ONCE} who decide on one device code the first decides; what is used or decided is never replaced`,
    async (store) => {
      await allowed(store)
      const asked = artifactRecord('d', { model: 'DeviceCode', grant: undefined, user: undefined, session: undefined, userCode: 'u' })
      assert.equal(await store.oauth.put(asked), true)
      assert.equal((await store.oauth.findByUserCode('u', NOW))?.payload, asked.payload)
      const decided = await askAtOnce(AT_ONCE, (n) => store.oauth.put({ ...asked, user: USER, payload: `${n}` }))
      assert.deepEqual([decided.get(true), decided.get(false)], [1, AT_ONCE - 1])
      const interaction = artifactRecord('i', { model: 'Interaction', grant: undefined, user: undefined, session: undefined })
      for (const payload of ['1', '2']) assert.equal(await store.oauth.put({ ...interaction, payload }), true)
      assert.equal((await store.oauth.find('Interaction', 'i', NOW))?.payload, '2')
    },
  )

  promise('[I02] what is handed out dies with its session, and is not stored without it', async (store) => {
    await allowed(store)
    await store.oauth.put(artifactRecord('a'))
    await store.oauth.put(artifactRecord('offline', { session: undefined }))
    await store.sessions.end(SESSION, NOW)
    assert.deepEqual([await isThere(store, 'a'), await isThere(store, 'offline')], [false, true])
    assert.equal(await store.oauth.put(artifactRecord('b')), false)
  })

  promise('[I02] an expired session is as good as none', async (store) => {
    await allowed(store)
    await store.oauth.put(artifactRecord('a', { expiresAt: NOW + 100 * HOUR_MS }))
    assert.equal(await store.oauth.find('RefreshToken', 'a', NOW + 2 * HOUR_MS), undefined)
  })

  promise('[I02] [I03] of every token that was noted the end of its grant is a cut-off of its own', async (store) => {
    await allowed(store)
    for (const jti of ['jti_a', 'jti_b']) assert.equal(await redeems(store, tokenOf(jti)), true)
    await store.oauth.put(artifactRecord('a'))
    const appended = await appendedBy(store, async () => assert.equal(await store.oauth.endGrant(GRANT, true, NOW), true))
    assert.deepEqual(appended.toSorted(), ['cutoff token:jti_a soft', 'cutoff token:jti_b soft'])
    assert.deepEqual([await isThere(store, 'a'), (await store.oauth.findGrant(GRANT))?.id], [false, GRANT])
    assert.deepEqual(await appendedBy(store, () => store.oauth.endGrant(GRANT, false, NOW)), [])
    assert.equal(await store.oauth.findGrant(GRANT), undefined)
    assert.equal(await store.oauth.endGrant(GRANT, false, NOW), false)
    assert.equal(await store.oauth.put(artifactRecord('b')), false)
    await assertChainHolds(store)
  })

  promise('[I02] whatever ends a person’s access by force ends what their applications hold', async (store) => {
    const endings = [
      () => store.users.setStatus(USER, 'suspended', NOW),
      () => store.log.revoke({ target: { kind: 'user', id: USER }, mode: 'hard', at: NOW }),
      () => store.log.revoke({ target: { kind: 'client', id: CLIENT }, mode: 'hard', at: NOW }),
      () => store.log.revoke({ target: { kind: 'everyone', id: '' }, mode: 'hard', at: NOW }),
    ]
    await allowed(store)
    for (const [n, end] of endings.entries()) {
      await store.oauth.put(artifactRecord(`a${n}`, { session: undefined }))
      await store.oauth.put(artifactRecord(`b${n}`, { session: undefined, user: 'usr_other', client: 'cli_other' }))
      assert.equal(await isThere(store, `a${n}`), true)
      await end()
      assert.deepEqual([await isThere(store, `a${n}`), await isThere(store, `b${n}`)], [false, n < 3])
    }
  })

  promise('a consent grows in its place, and is listed to whose it is', async (store) => {
    await allowed(store)
    await store.oauth.putGrant({ id: GRANT, user: USER, client: CLIENT, payload: '{"scope":"a b"}', changedAt: NOW + 1 })
    await store.oauth.putGrant({ id: 'gra_b', user: 'usr_b', client: CLIENT, payload: '{}', changedAt: NOW })
    const expected = { id: GRANT, user: USER, client: CLIENT, payload: '{"scope":"a b"}', createdAt: NOW, changedAt: NOW + 1 }
    assert.deepEqual(await store.oauth.grantsOf(USER), [expected])
    assert.deepEqual(await store.oauth.findGrant(GRANT), expected)
  })

  promise('what has expired is swept, in pieces, and told apart until then', async (store) => {
    await allowed(store)
    for (const id of ['a', 'b', 'c']) await store.oauth.put(artifactRecord(id, { expiresAt: NOW - 1 }))
    await store.oauth.put(artifactRecord('living'))
    await redeems(store, tokenOf('jti_a', { expiresAt: NOW - 1 }))
    assert.equal((await store.oauth.find('RefreshToken', 'a', NOW))?.expiresAt, NOW - 1)
    assert.equal(await store.oauth.sweep(NOW, 2), 3)
    assert.equal(await store.oauth.sweep(NOW, 2), 1)
    assert.equal(await isThere(store, 'living'), true)
    await store.oauth.remove('RefreshToken', 'living')
    assert.equal(await isThere(store, 'living'), false)
  })

  promise('[I02] a client is kept as it was registered; disabling and removing it are cut-offs', async (store) => {
    await store.users.create(userRecord(USER), 'phc')
    const tlsAuth = { method: 'tls_client_auth', property: 'tls_client_auth_san_dns', value: 'orders.example' } as const
    const client = clientRecord(CLIENT, {
      jwks: { keys: [{ kty: 'EC', kid: 'k1' }] },
      requiresDpop: true,
      tlsAuth,
      requiresCertificate: true,
    })
    await store.oauthClients.add(client)
    await store.oauthClients.add(clientRecord('cli_public', { kind: 'public', secretHash: undefined, createdAt: NOW + 1 }))
    assert.deepEqual(await store.oauthClients.find(CLIENT), client)
    await store.log.revoke({ target: { kind: 'user', id: 'usr_other' }, mode: 'soft', at: NOW })
    assert.deepEqual(await store.oauthClients.findSeen(CLIENT), { client, rev: (await store.log.head()).position })
    assert.equal(await store.oauthClients.findSeen('cli_x'), undefined)
    assert.deepEqual(
      (await store.oauthClients.list()).map(({ id }) => id),
      [CLIENT, 'cli_public'],
    )
    const rotation = { id: CLIENT, secretHash: 'hash-2', formerUntil: NOW + HOUR_MS, at: NOW }
    assert.equal(await store.oauthClients.rotateSecret(rotation), true)
    assert.equal(await store.oauthClients.rotateSecret({ ...rotation, id: 'cli_public' }), false)
    const { secretHash, formerSecretHash, formerUntil } = (await store.oauthClients.find(CLIENT)) ?? {}
    assert.deepEqual([secretHash, formerSecretHash, formerUntil], ['hash-2', 'hash-1', NOW + HOUR_MS])
    const cutOff = `cutoff client:${CLIENT} hard`
    assert.deepEqual(await appendedBy(store, () => store.oauthClients.setDisabled(CLIENT, true, NOW + 1)), [cutOff])
    assert.equal((await store.oauthClients.find(CLIENT))?.disabledAt, NOW + 1)
    assert.deepEqual(await appendedBy(store, () => store.oauthClients.setDisabled(CLIENT, false, NOW + 2)), [])
    await store.oauth.putGrant({ id: GRANT, user: USER, client: CLIENT, payload: '{}', changedAt: NOW })
    assert.deepEqual(await appendedBy(store, () => store.oauthClients.remove(CLIENT, NOW + 3)), [cutOff])
    assert.deepEqual([await store.oauthClients.find(CLIENT), await store.oauth.findGrant(GRANT)], [undefined, undefined])
    const absent = [await store.oauthClients.remove(CLIENT, NOW), await store.oauthClients.setDisabled(CLIENT, true, NOW)]
    assert.deepEqual(absent, [false, false])
  })
}
