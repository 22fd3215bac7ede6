import assert from 'node:assert/strict'
import type { Redemption } from '../../oauth/oauth-store.ts'
import type { Store } from '../store.ts'
import { allowed, artifactRecord, CLIENT, clientRecord, GRANT, HOUR_MS, SESSION, tokenOf, USER } from './oauth-store.ts'
import { NOW, sessionRecord, signedIn } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const AT_ONCE = 64
const OVERLAP_MS = 30_000
const MODEL = 'RefreshToken'

/** Refreshing with `id`, which yields `next` and a token `jti`. */
const refreshOf = (id: string, jti: string, change: Partial<Redemption> = {}): Redemption => ({
  model: MODEL,
  id,
  repeatableAfter: NOW - OVERLAP_MS,
  token: tokenOf(jti),
  successor: artifactRecord(`${id}+`),
  ...change,
})

/** What `OAuthStore.redeem` promises, for any store. */
export function redemptionContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  const stateOf = async (store: Store, id: string): Promise<'unused' | 'used' | 'none'> => {
    const stored = await store.oauth.find(MODEL, id, NOW)
    return stored === undefined ? 'none' : stored.consumedAt === undefined ? 'unused' : 'used'
  }
  /** How many tokens are noted under the grant; that ends them. */
  const noted = async (store: Store): Promise<number> => (await appendedBy(store, () => store.oauth.endGrant(GRANT, true, NOW))).length

  promise(`[I01] of ${AT_ONCE} who redeem what counts once at once one does, and one token is noted`, async (store) => {
    await allowed(store)
    await store.oauth.put(artifactRecord('a'))
    const ask = (n: number) =>
      store.oauth.redeem(refreshOf('a', `jti_${n}`, { repeatableAfter: undefined, successor: artifactRecord(`b${n}`) }))
    assert.deepEqual(
      await askAtOnce(AT_ONCE, ask),
      new Map([
        [true, 1],
        [false, AT_ONCE - 1],
      ]),
    )
    const successors = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => stateOf(store, `b${n}`)))
    assert.equal(successors.filter((state) => state === 'unused').length, 1)
    assert.deepEqual([await stateOf(store, 'a'), await noted(store)], ['used', 1])
  })

  promise(`[I01] of ${AT_ONCE} who may repeat it at once all do, with one successor, and every token is noted`, async (store) => {
    await allowed(store)
    await store.oauth.put(artifactRecord('a'))
    assert.deepEqual(await askAtOnce(AT_ONCE, (n) => store.oauth.redeem(refreshOf('a', `jti_${n}`))), new Map([[true, AT_ONCE]]))
    assert.deepEqual([await stateOf(store, 'a'), await stateOf(store, 'a+'), await noted(store)], ['used', 'unused', AT_ONCE])
  })

  promise('[I01] it is repeated for a while, until its successor is used or gone; never a moment later', async (store) => {
    await allowed(store)
    await store.oauth.put(artifactRecord('a'))
    const repeat = async (change: Partial<Redemption> = {}): Promise<boolean> => store.oauth.redeem(refreshOf('a', `jti_${n++}`, change))
    let n = 0
    assert.deepEqual([await repeat(), await repeat()], [true, true])
    assert.deepEqual([await repeat({ repeatableAfter: NOW }), await repeat({ repeatableAfter: undefined })], [false, false])
    assert.equal(await repeat({ successor: undefined }), false)
    assert.equal(await store.oauth.redeem(refreshOf('a+', 'jti_next')), true)
    assert.equal(await repeat(), false)
    await store.oauth.remove(MODEL, 'a+')
    assert.equal(await repeat(), false)
    assert.deepEqual([await stateOf(store, 'a+'), await noted(store)], ['none', 3])
  })

  promise('[I02] [I03] whatever ends between the signing of a token and its redemption: nothing is written', async (store) => {
    type Held = { readonly user: string; readonly client: string; readonly grant: string; readonly session: string; readonly id: string }
    const revoked = (kind: 'user' | 'client' | 'everyone', id: string) => store.log.revoke({ target: { kind, id }, mode: 'hard', at: NOW })
    const endings: Readonly<Record<string, (held: Held) => Promise<unknown>>> = {
      'it was taken back': ({ id }) => store.oauth.remove(MODEL, id),
      'it was used before': ({ id }) => store.oauth.consume(MODEL, id, NOW - OVERLAP_MS),
      'its session ended': ({ session }) => store.sessions.end(session, NOW),
      'its person was suspended': ({ user }) => store.users.setStatus(user, 'suspended', NOW),
      'its client was disabled': ({ client }) => store.oauthClients.setDisabled(client, true, NOW),
      'its client was removed': ({ client }) => store.oauthClients.remove(client, NOW),
      'the consent was taken back': ({ grant }) => store.oauth.endGrant(grant, false, NOW),
      'all under the consent was ended': ({ grant }) => store.oauth.endGrant(grant, true, NOW),
      'the person was revoked': ({ user }) => revoked('user', user),
      'the client was revoked': ({ client }) => revoked('client', client),
      'everyone was revoked': () => revoked('everyone', ''),
    }
    for (const [n, [what, end]] of Object.entries(endings).entries()) {
      const held = { user: `usr_${n}`, client: `cli_${n}`, grant: `gra_${n}`, session: `ses_${n}`, id: `a${n}` }
      const { user, client, grant, session, id } = held
      await signedIn(store, sessionRecord(session, user))
      await store.oauthClients.add(clientRecord(client))
      await store.oauth.putGrant({ id: grant, user, client, payload: '{}', changedAt: NOW })
      const links = { user, client, grant, session }
      await store.oauth.put(artifactRecord(id, links))
      const token = tokenOf(`jti_${n}`, { client, person: { user, grant, session, signedIn: session } })
      assert.equal((await store.oauth.findRefresh(client, id, NOW))?.person.id, user, what)
      await end(held)
      const before = await stateOf(store, id)
      assert.equal(await store.oauth.findRefresh(client, id, NOW), undefined, what)
      assert.equal(await store.oauth.redeem(refreshOf(id, token.jti, { token, successor: artifactRecord(`${id}+`, links) })), false, what)
      assert.deepEqual([await stateOf(store, id), await stateOf(store, `${id}+`)], [before, 'none'], what)
      assert.deepEqual(await appendedBy(store, () => store.oauth.endGrant(grant, true, NOW)), [], what)
    }
    assert.deepEqual(await store.sessionClients.ofEnded({}, 10), [])
  })

  promise(
    '[I02] [I03] of a redemption and an ending at once one comes first: nothing that was handed out is left behind',
    async (store) => {
      type Held = { readonly user: string; readonly client: string; readonly grant: string; readonly session: string }
      const revoked = (kind: 'user' | 'client' | 'everyone', id: string) =>
        store.log.revoke({ target: { kind, id }, mode: 'hard', at: NOW })
      const endings: ReadonlyArray<(held: Held) => Promise<unknown>> = [
        ({ session }) => store.sessions.end(session, NOW),
        ({ user }) => store.users.setStatus(user, 'suspended', NOW),
        ({ client }) => store.oauthClients.remove(client, NOW),
        ({ grant }) => store.oauth.endGrant(grant, true, NOW),
        ({ grant }) => store.oauth.endGrant(grant, false, NOW),
        ({ user }) => revoked('user', user),
        ({ client }) => revoked('client', client),
        () => revoked('everyone', ''),
      ]
      for (const [n, end] of [...endings, ...endings].entries()) {
        const held = { user: `usr_${n}`, client: `cli_${n}`, grant: `gra_${n}`, session: `ses_${n}` }
        const { user, client, grant, session } = held
        await signedIn(store, sessionRecord(session, user))
        await store.oauthClients.add(clientRecord(client))
        await store.oauth.putGrant({ id: grant, user, client, payload: '{}', changedAt: NOW })
        const links = { user, client, grant, session }
        await store.oauth.put(artifactRecord(`a${n}`, links))
        const token = tokenOf(`jti_${n}`, { client, person: { user, grant, session, signedIn: session } })
        const redeemed = store.oauth.redeem(refreshOf(`a${n}`, token.jti, { token, successor: artifactRecord(`a${n}+`, links) }))
        const appended = await appendedBy(store, () => Promise.all([redeemed, end(held)]))
        assert.deepEqual([await stateOf(store, `a${n}`), await stateOf(store, `a${n}+`)], ['none', 'none'], `ending ${n}`)
        // Of a consent each token is ended by itself; all else ends them by what they name.
        if (await redeemed) assert.ok(appended.length > 0, `ending ${n}`)
      }
    },
  )

  promise('[I03] what a refresh token goes back to is read at one moment, with the head of the log', async (store) => {
    await allowed(store)
    await store.roles.set({ name: 'staff', scope: ['b'], changedAt: NOW }, 10)
    await store.users.setRoles(USER, ['staff', 'none'], NOW)
    const client = clientRecord('cli_b', { scopes: ['a', 'b', 'free'] })
    await store.oauthClients.add(client)
    await store.oauth.putGrant({ id: 'gra_b', user: USER, client: 'cli_b', payload: '{"scope":"b"}', changedAt: NOW })
    const refresh = artifactRecord('a', { client: 'cli_b', grant: 'gra_b' })
    await store.oauth.put(refresh)
    const user = await store.users.find(USER)
    assert.ok(user !== undefined)
    const { id, name, email, emailVerifiedAt, updatedAt } = user
    assert.deepEqual(await store.oauth.findRefresh('cli_b', 'a', NOW), {
      client,
      payload: refresh.payload,
      grant: { id: 'gra_b', payload: '{"scope":"b"}' },
      person: { id, name, email, emailVerifiedAt, updatedAt },
      scopes: {
        rev: (await store.log.head()).position,
        scopes: ['a', 'b', 'free'],
        reserved: ['b'],
        roles: ['staff', 'none'],
        stored: new Map([['staff', ['b']]]),
      },
    })
    for (const [by, hash] of [
      [CLIENT, 'a'],
      ['cli_b', 'unknown'],
    ] as const)
      assert.equal(await store.oauth.findRefresh(by, hash, NOW), undefined)
    assert.equal(await store.oauth.findRefresh('cli_b', 'a', NOW + 2 * HOUR_MS), undefined, 'its session is over')
    await store.oauth.put(artifactRecord('code', { model: 'AuthorizationCode', client: 'cli_b', grant: 'gra_b' }))
    assert.equal(await store.oauth.findRefresh('cli_b', 'code', NOW), undefined)
  })

  promise('[I02] nothing is redeemed for another person, client, consent or session, nor in one that is over', async (store) => {
    await allowed(store)
    await signedIn(store, sessionRecord('ses_b', 'usr_b'))
    await store.oauth.put(artifactRecord('a', { expiresAt: NOW + 100 * HOUR_MS }))
    const person = { user: USER, grant: GRANT, session: SESSION }
    for (const change of [
      { client: 'cli_x' },
      { person: { ...person, user: 'usr_b' } },
      { person: { ...person, grant: 'gra_x' } },
      { person: { ...person, session: 'ses_b' } },
      { at: NOW + 2 * HOUR_MS },
    ]) {
      assert.equal(await store.oauth.redeem(refreshOf('a', 'jti_a', { token: tokenOf('jti_a', change) })), false, JSON.stringify(change))
    }
    assert.deepEqual([await stateOf(store, 'a'), await stateOf(store, 'a+'), await noted(store)], ['unused', 'none', 0])
  })

  promise('[I02] [I03] what is redeemed while its person is revoked is ended by that, or refused', async (store) => {
    await allowed(store)
    for (let n = 0; n < 8; n++) {
      const id = `a${n}`
      await store.oauth.put(artifactRecord(id, { session: undefined }))
      const token = tokenOf(`jti_${n}`, { person: { user: USER, grant: GRANT, session: undefined } })
      const { position: rev } = await store.log.head()
      const redeem = () =>
        store.oauth.redeem(refreshOf(id, token.jti, { token, successor: artifactRecord(`${id}+`, { session: undefined }) }))
      const revoke = () => store.log.revoke({ target: { kind: 'user', id: USER }, mode: 'hard', at: NOW })
      await (n % 2 === 0 ? Promise.all([redeem(), revoke()]) : Promise.all([revoke(), redeem()]))
      assert.deepEqual([await stateOf(store, id), await stateOf(store, `${id}+`)], ['none', 'none'])
      assert.ok(rev < (await store.log.head()).position)
    }
  })
}
