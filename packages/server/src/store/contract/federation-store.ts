import assert from 'node:assert/strict'
import type { FederatedIdentity } from '../../account/federation/federation-store.ts'
import { NO_PASSWORD } from '../../account/user.ts'
import type { UpstreamSession } from '../../session/authenticator.ts'
import type { Store } from '../store.ts'
import { NOW, sessionRecord, userRecord } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const USER = 'usr_a'
const ISSUER = 'https://idp.example'
const MAXIMUM = 3

const identity = (id: string, change: Partial<FederatedIdentity> = {}): FederatedIdentity => ({
  id,
  issuer: ISSUER,
  subject: `subject-${id}`,
  user: USER,
  email: 'a@idp.example',
  linkedAt: NOW,
  lastUsedAt: undefined,
  ...change,
})

const link = (store: Store, id: string, change: Partial<FederatedIdentity> = {}) =>
  store.federation.link({ identity: identity(id, change), maximum: MAXIMUM })

const create = (store: Store, user: string, id: string, change: Partial<FederatedIdentity> = {}) =>
  store.federation.create({ user: userRecord(user), identity: identity(id, { user, ...change }), jobs: [] })

const generationOf = async (store: Store): Promise<number | undefined> => (await store.users.findPassword(USER))?.generation

const open = async (store: Store, id: string, upstream: UpstreamSession, single = false) =>
  store.sessions.open({ session: sessionRecord(id, USER), passwordGeneration: 1, single, upstream })

const living = async (store: Store): Promise<readonly string[]> => (await store.sessions.list(USER, NOW)).map(({ id }) => id).sort()

/** What `FederationStore` promises, for any store. */
export function federationStoreContract(name: string, openStore: OpenStore): void {
  const promise = promises(name, openStore)

  promise('an identity is found as it was given, by issuer and subject alone, and listed by time', async (store) => {
    await store.users.create(userRecord(USER), 'phc-1')
    const late = { linkedAt: NOW + 1, email: undefined, subject: 'Ünicode|' + 'x'.repeat(247) }
    assert.equal(await link(store, 'fid_b', late), 'linked')
    assert.equal(await link(store, 'fid_a'), 'linked')
    assert.deepEqual(await store.federation.find(ISSUER, late.subject), identity('fid_b', late))
    assert.equal(await store.federation.find('https://other.example', late.subject), undefined)
    assert.equal(await store.federation.find(ISSUER, 'subject-fid_A'), undefined)
    assert.deepEqual(await store.federation.list(USER), [identity('fid_a'), identity('fid_b', late)])
    assert.equal(await store.federation.use('fid_a', NOW + 5), true)
    assert.equal((await store.federation.find(ISSUER, 'subject-fid_a'))?.lastUsedAt, NOW + 5)
    assert.equal(await store.federation.use('fid_z', NOW), false)
  })

  promise('to connect one cuts the user off softly and moves the generation on; whoever has it keeps it', async (store) => {
    await store.users.create(userRecord(USER), 'phc-1')
    await store.users.create(userRecord('usr_b'), 'phc-1')
    assert.deepEqual(await appendedBy(store, () => link(store, 'fid_a')), [`cutoff user:${USER} soft`])
    assert.equal(await generationOf(store), 2)
    const appended = await appendedBy(store, async () => {
      assert.equal(await link(store, 'fid_b', { user: 'usr_b', subject: 'subject-fid_a' }), 'taken')
      assert.equal(await link(store, 'fid_c', { subject: 'subject-fid_a' }), 'taken')
      assert.equal(await link(store, 'fid_d', { user: 'usr_none' }), 'refused')
    })
    assert.deepEqual(appended, [])
    assert.equal((await store.federation.find(ISSUER, 'subject-fid_a'))?.user, USER)
    await link(store, 'fid_e')
    await link(store, 'fid_f')
    assert.equal(await link(store, 'fid_g'), 'refused')
    await store.users.setStatus('usr_b', 'suspended', NOW)
    assert.equal(await link(store, 'fid_h', { user: 'usr_b' }), 'refused')
  })

  promise('of many who connect one identity at once, one does', async (store) => {
    await Promise.all(['usr_a', 'usr_b'].map((id) => store.users.create(userRecord(id), 'phc-1')))
    const answers = await askAtOnce(16, (at) => link(store, `fid_${at}`, { user: at % 2 === 0 ? USER : 'usr_b', subject: 'one' }))
    assert.deepEqual([answers.get('linked'), answers.get('taken')], [1, 15])
  })

  promise('an account is made with its identity or not at all, and has no password', async (store) => {
    assert.equal(await create(store, USER, 'fid_a'), 'created')
    assert.equal((await store.users.findPassword(USER))?.hash, NO_PASSWORD)
    assert.equal(await create(store, 'usr_b', 'fid_b', { subject: 'subject-fid_a' }), 'taken')
    assert.equal(await store.users.find('usr_b'), undefined)
    const again = { user: userRecord('usr_c', { email: 'USR_A@example.test' }), identity: identity('fid_c', { user: 'usr_c' }), jobs: [] }
    assert.equal(await store.federation.create(again), 'email_taken')
    assert.equal(await store.federation.find(ISSUER, 'subject-fid_c'), undefined)
    const answers = await askAtOnce(16, (at) => create(store, `usr_${at}`, `fid_${at}`, { subject: 'one' }))
    assert.deepEqual([answers.get('created'), answers.get('taken')], [1, 15])
  })

  promise('one that is disconnected is gone, unless nothing else would be left to sign in with', async (store) => {
    await create(store, USER, 'fid_a')
    assert.equal(await store.federation.unlink(USER, 'fid_a', NOW), 'last')
    await link(store, 'fid_b')
    assert.deepEqual(await appendedBy(store, () => store.federation.unlink(USER, 'fid_a', NOW)), [`cutoff user:${USER} soft`])
    assert.equal(await generationOf(store), 3)
    assert.equal(await store.federation.unlink(USER, 'fid_a', NOW), 'not_found')
    assert.equal(await store.federation.unlink('usr_other', 'fid_b', NOW), 'not_found')
    assert.equal(await store.federation.unlink(USER, 'fid_b', NOW), 'last')
    await store.users.changePassword({ user: USER, fromGeneration: 3, hash: 'phc-1', keepSession: undefined, at: NOW })
    assert.equal(await store.federation.unlink(USER, 'fid_b', NOW), 'unlinked')
    assert.deepEqual(await store.federation.list(USER), [])
  })

  promise('of two that are disconnected at once, one stays where nothing else is left', async (store) => {
    await create(store, USER, 'fid_a')
    await link(store, 'fid_b')
    const answers = await askAtOnce(2, (at) => store.federation.unlink(USER, at === 0 ? 'fid_a' : 'fid_b', NOW))
    assert.deepEqual([answers.get('unlinked'), answers.get('last')], [1, 1])
  })

  promise('what a provider ends is what was opened upon it: one session of its own, or all of a person', async (store) => {
    await store.users.create(userRecord(USER), 'phc-1')
    const upstream = { issuer: ISSUER, subject: 'ann', sid: 'up-1' }
    await open(store, 'ses_1', upstream)
    await open(store, 'ses_2', { ...upstream, sid: 'up-2' })
    await open(store, 'ses_3', { ...upstream, sid: undefined })
    await open(store, 'ses_4', { ...upstream, subject: 'bob' })
    await open(store, 'ses_5', { ...upstream, issuer: 'https://other.example' })
    await store.sessions.open({ session: sessionRecord('ses_6', USER), passwordGeneration: 1, single: false })
    const end = (subject: string | undefined, sid: string | undefined) =>
      store.federation.endUpstream({ issuer: ISSUER, subject, sid, at: NOW })
    assert.deepEqual(await end('bob', 'up-2'), [])
    assert.deepEqual(await end('ann', 'up-9'), [])
    const appended = await appendedBy(store, async () => {
      assert.deepEqual(await end('ann', 'up-1'), [{ session: 'ses_1', user: USER }])
    })
    assert.deepEqual(appended, ['cutoff session:ses_1 hard'])
    assert.deepEqual(await living(store), ['ses_2', 'ses_3', 'ses_4', 'ses_5', 'ses_6'])
    const unnamed = { issuer: ISSUER, subject: 'bob', sid: 'up-2', orUnnamed: true, at: NOW }
    await open(store, 'ses_0', { ...upstream, subject: 'bob', sid: undefined })
    assert.deepEqual(await store.federation.endUpstream({ ...unnamed, subject: undefined, sid: 'up-9' }), [])
    assert.deepEqual(await store.federation.endUpstream(unnamed), [{ session: 'ses_0', user: USER }])
    assert.deepEqual(await end(undefined, 'up-2'), [{ session: 'ses_2', user: USER }])
    assert.deepEqual(await end('ann', undefined), [{ session: 'ses_3', user: USER }])
    assert.deepEqual(await end('ann', undefined), [])
    assert.deepEqual(await living(store), ['ses_4', 'ses_5', 'ses_6'])
    await open(store, 'ses_7', { ...upstream, issuer: 'https://other.example', sid: undefined })
    const others = await store.federation.endUpstream({ issuer: 'https://other.example', subject: undefined, sid: undefined, at: NOW })
    assert.deepEqual(others.map(({ session }) => session).sort(), ['ses_5', 'ses_7'])
    assert.deepEqual(await living(store), ['ses_4', 'ses_6'])
    await store.sessions.end('ses_4', NOW)
    assert.deepEqual(await end('bob', undefined), [])
  })

  promise('a session upon another provider’s takes the place of the others, where there is one for each user', async (store) => {
    await store.users.create(userRecord(USER), 'phc-1')
    const upstream = { issuer: ISSUER, subject: 'ann', sid: 'up-1' }
    await open(store, 'ses_1', upstream)
    assert.notEqual(await open(store, 'ses_2', upstream, true), 'refused')
    assert.deepEqual(await living(store), ['ses_2'])
    assert.equal(
      await store.sessions.open({ session: sessionRecord('ses_3', USER), passwordGeneration: 7, single: false, upstream }),
      'refused',
    )
    assert.deepEqual(await store.federation.endUpstream({ issuer: ISSUER, subject: undefined, sid: 'up-1', at: NOW }), [
      { session: 'ses_2', user: USER },
    ])
  })

  promise('“this was not me” takes back what was connected since', async (store) => {
    await store.users.create(userRecord(USER), 'phc-1')
    await link(store, 'fid_old', { linkedAt: NOW - 1 })
    await link(store, 'fid_new', { linkedAt: NOW })
    const notMe = {
      hash: 'hash',
      kind: 'not_me',
      user: USER,
      email: undefined,
      code: undefined,
      createdAt: NOW,
      expiresAt: NOW + 1000,
    } as const
    assert.equal(await store.links.add(notMe), true)
    assert.equal(await store.links.disown({ hash: 'hash', at: NOW, jobs: () => [] }), true)
    assert.deepEqual(
      (await store.federation.list(USER)).map(({ id }) => id),
      ['fid_old'],
    )
  })
}
