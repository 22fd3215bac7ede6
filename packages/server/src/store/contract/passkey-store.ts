import assert from 'node:assert/strict'
import { ORIGIN } from 'countersign/revocation'
import type { Passkey, PasskeyEnrolment } from '../../account/passkey/passkey-store.ts'
import type { Store } from '../store.ts'
import { NOW, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const USER = 'usr_a'
const MAXIMUM = 3

const passkeyRecord = (id: string, change: Partial<Passkey> = {}): Passkey => ({
  id,
  user: USER,
  credential: `credential-${id}`,
  publicKey: new Uint8Array([1, 2, 250, 0]),
  counter: 0,
  transports: ['internal', 'hybrid'],
  synced: false,
  backedUp: false,
  name: 'Key – é',
  createdAt: NOW,
  lastUsedAt: undefined,
  ...change,
})

const enrolmentOf = (passkey: Passkey): PasskeyEnrolment => ({
  passkey,
  maximum: MAXIMUM,
  recovery: { id: `rcs_${passkey.id}`, hashes: ['hash-1', 'hash-2'] },
})

const enrol = (store: Store, id: string, change: Partial<Passkey> = {}) => store.passkeys.enrol(enrolmentOf(passkeyRecord(id, change)))

async function enrolled(store: Store, change: Partial<Passkey> = {}): Promise<void> {
  await store.users.create(userRecord(USER), 'phc-1')
  assert.equal(await enrol(store, 'psk_a', change), 'first')
}

const plain = (passkey: Passkey | undefined): unknown => passkey && { ...passkey, publicKey: Uint8Array.from(passkey.publicKey) }
const countersOf = async (store: Store) => (await store.passkeys.list(USER)).map(({ counter }) => counter)

const once = (times: number): ReadonlyMap<boolean, number> =>
  new Map([
    [true, 1],
    [false, times - 1],
  ])

/** What `PasskeyStore` promises, for any store. */
export function passkeyStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('a passkey is found as it was given, by what its authenticator calls it, and listed by creation', async (store) => {
    await enrolled(store, { createdAt: NOW + 1 })
    const synced = { synced: true, backedUp: true, transports: [], counter: 4_294_967_295, credential: 'x'.repeat(1364) }
    assert.equal(await enrol(store, 'psk_b', synced), 'another')
    assert.deepEqual(plain(await store.passkeys.findByCredential('credential-psk_a')), passkeyRecord('psk_a', { createdAt: NOW + 1 }))
    assert.deepEqual(plain(await store.passkeys.findByCredential('x'.repeat(1364))), passkeyRecord('psk_b', synced))
    assert.equal(await store.passkeys.findByCredential('credential-psk_A'), undefined)
    assert.deepEqual(
      (await store.passkeys.list(USER)).map(({ id }) => id),
      ['psk_b', 'psk_a'],
    )
    assert.deepEqual(await store.passkeys.list('usr_b'), [])
  })

  promise('[I01] of many who enrol one credential one does, whoever they are; and nobody has more than the maximum', async (store) => {
    await store.users.create(userRecord(USER), 'phc-1')
    await store.users.create(userRecord('usr_b'), 'phc-1')
    let turn = 0
    const appended = await appendedBy(store, async () => {
      const answers = await askAtOnce(10, () => {
        const user = turn++ % 2 === 0 ? USER : 'usr_b'
        return enrol(store, `psk_${turn}`, { user, credential: 'the same' })
      })
      assert.deepEqual(Object.fromEntries(answers), { first: 1, refused: 9 })
    })
    assert.equal(appended.length, 1)
    const { user = '' } = (await store.passkeys.findByCredential('the same')) ?? {}
    const answers = await askAtOnce(10, () => enrol(store, `psk_more_${turn++}`, { user }))
    assert.deepEqual(Object.fromEntries(answers), { another: MAXIMUM - 1, refused: 11 - MAXIMUM })
    assert.equal(await enrol(store, 'psk_none', { user: 'usr_none' }), 'refused')
  })

  promise('[I02] a sign-in that asked for the factors of before does not complete, and the sessions go on', async (store) => {
    await store.users.create(userRecord(USER), 'phc-1')
    const session = await signedIn(store, sessionRecord('ses_a', USER))
    const opening = (id: string, passwordGeneration: number) =>
      store.sessions.open({ session: sessionRecord(id, USER), passwordGeneration, single: false })
    const appended = await appendedBy(store, async () => void (await enrol(store, 'psk_a')))
    assert.deepEqual(appended, [`cutoff user:${USER} soft`])
    assert.equal(await opening('ses_b', 1), 'refused')
    await store.passkeys.remove(USER, 'psk_a', NOW + 2)
    assert.equal(await opening('ses_c', 2), 'refused')
    assert.notEqual(await opening('ses_d', 3), 'refused')
    assert.deepEqual(await store.sessions.find('ses_a'), session)
  })

  promise('the log says what became of which kind of passkey, for those who are told of events', async (store) => {
    await enrolled(store)
    await enrol(store, 'psk_b', { transports: ['usb'] })
    for (const id of ['psk_a', 'psk_b']) await store.passkeys.remove(USER, id, NOW + 2)
    const occurrences = await store.events.after(ORIGIN, 10)
    assert.deepEqual(occurrences !== 'forgotten' && occurrences.map(({ cause }) => cause), [
      { credential: 'fido2-platform', change: 'create' },
      { credential: 'fido2-roaming', change: 'create' },
      { credential: 'fido2-platform', change: 'delete' },
      { credential: 'fido2-roaming', change: 'delete' },
    ])
  })

  promise('[I01] of signatures with one count one is taken, and none with a lower one', async (store) => {
    await enrolled(store, { counter: 5 })
    const use = (counter: number, backedUp = false) => store.passkeys.use({ id: 'psk_a', counter, backedUp, at: NOW + counter })
    for (const counter of [5, 4, 0]) assert.equal(await use(counter), false)
    assert.deepEqual(await askAtOnce(20, () => use(6)), once(20))
    assert.equal(await use(4_294_967_295, true), true)
    const [{ counter, backedUp, lastUsedAt } = passkeyRecord('none')] = await store.passkeys.list(USER)
    assert.deepEqual([counter, backedUp, lastUsedAt], [4_294_967_295, true, NOW + 4_294_967_295])
  })

  promise('a passkey that does not count stays at 0, until it counts', async (store) => {
    await enrolled(store)
    const use = (counter: number) => store.passkeys.use({ id: 'psk_a', counter, backedUp: false, at: NOW })
    assert.deepEqual([await use(0), await use(0), await countersOf(store)], [true, true, [0]])
    assert.deepEqual([await use(1), await use(0), await countersOf(store)], [true, false, [1]])
    assert.equal(await store.passkeys.use({ id: 'psk_b', counter: 9, backedUp: false, at: NOW }), false)
  })

  promise('a name is its owner’s to change, and nobody is told', async (store) => {
    await enrolled(store)
    const appended = await appendedBy(store, async () => {
      assert.equal((await store.passkeys.rename(USER, 'psk_a', 'Telefon'))?.name, 'Telefon')
      assert.equal(await store.passkeys.rename('usr_b', 'psk_a', 'Mine'), undefined)
      assert.equal(await store.passkeys.rename(USER, 'psk_b', 'Mine'), undefined)
    })
    assert.deepEqual(appended, [])
    assert.deepEqual(
      (await store.passkeys.list(USER)).map((passkey) => passkey.name),
      ['Telefon'],
    )
  })

  promise('removing a passkey appends its entry, once; the credential may be enrolled again', async (store) => {
    await enrolled(store)
    assert.equal(await store.passkeys.remove('usr_b', 'psk_a', NOW + 2), false)
    const appended = await appendedBy(store, async () => {
      assert.deepEqual(await askAtOnce(10, () => store.passkeys.remove(USER, 'psk_a', NOW + 2)), once(10))
    })
    assert.deepEqual(appended, [`cutoff user:${USER} soft`])
    assert.equal(await store.passkeys.findByCredential('credential-psk_a'), undefined)
    assert.equal(await store.passkeys.use({ id: 'psk_a', counter: 9, backedUp: false, at: NOW }), false)
    assert.equal(await enrol(store, 'psk_b', { credential: 'credential-psk_a' }), 'first')
  })

  promise('recovery codes come with the first second factor of whatever kind, and go with the last', async (store) => {
    const factor = { id: 'fac_a', user: USER, sealed: new Uint8Array([1]), createdAt: NOW, confirmedAt: undefined }
    const confirmation = { user: USER, id: 'fac_a', recovery: { id: 'rcs_fac', hashes: ['hash-9'] }, at: NOW }
    const setOf = async () => (await store.factors.findRecovery(USER))?.set
    await enrolled(store)
    await store.factors.enrol(factor)
    assert.equal(await store.factors.confirm(confirmation), 'another')
    await store.passkeys.remove(USER, 'psk_a', NOW)
    assert.equal(await setOf(), 'rcs_psk_a')
    assert.equal(await store.factors.useRecoveryCode('rcs_fac', 'hash-9'), false)
    assert.equal(await enrol(store, 'psk_b'), 'another')
    await store.factors.remove(USER, 'fac_a', NOW)
    assert.equal(await setOf(), 'rcs_psk_a')
    assert.equal(await store.factors.useRecoveryCode('rcs_psk_a', 'hash-2'), true)
    // One that was never confirmed is none.
    await store.factors.enrol(factor)
    await store.passkeys.remove(USER, 'psk_b', NOW)
    assert.equal(await setOf(), undefined)
    assert.equal(await store.factors.useRecoveryCode('rcs_psk_a', 'hash-1'), false)
  })
}
