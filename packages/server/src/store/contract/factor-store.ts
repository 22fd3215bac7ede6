import assert from 'node:assert/strict'
import { ORIGIN } from 'countersign/revocation'
import type { TotpConfirmation, TotpFactor } from '../../account/factor/factor-store.ts'
import type { Store } from '../store.ts'
import { NOW, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const USER = 'usr_a'

const factorRecord = (id: string, change: Partial<TotpFactor> = {}): TotpFactor => ({
  id,
  user: USER,
  sealed: new Uint8Array([1, 2, 250, 0]),
  createdAt: NOW,
  confirmedAt: undefined,
  ...change,
})

const confirmationOf = (id: string, change: Partial<TotpConfirmation> = {}): TotpConfirmation => ({
  user: USER,
  id,
  recovery: { id: 'rcs_a', hashes: ['hash-1', 'hash-2'] },
  at: NOW + 1,
  ...change,
})

async function enrolled(store: Store): Promise<void> {
  await store.users.create(userRecord(USER), 'phc-1')
  assert.equal(await store.factors.enrol(factorRecord('fac_a')), 'enrolled')
}

async function confirmed(store: Store): Promise<void> {
  await enrolled(store)
  assert.equal(await store.factors.confirm(confirmationOf('fac_a')), 'first')
}

const once = (times: number): ReadonlyMap<boolean, number> =>
  new Map([
    [true, 1],
    [false, times - 1],
  ])

/** What `FactorStore` promises, for any store. */
export function factorStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('a factor is found as it was given, and one that was not confirmed makes room for the next', async (store) => {
    await enrolled(store)
    const found = await store.factors.find(USER)
    assert.deepEqual(found && { ...found, sealed: Uint8Array.from(found.sealed) }, factorRecord('fac_a'))
    const appended = await appendedBy(store, async () => {
      assert.equal(await store.factors.enrol(factorRecord('fac_b', { createdAt: NOW + 5 })), 'enrolled')
    })
    assert.deepEqual(appended, [])
    assert.equal((await store.factors.find(USER))?.id, 'fac_b')
    assert.equal(await store.factors.confirm(confirmationOf('fac_a')), 'refused')
    assert.equal(await store.factors.find('usr_b'), undefined)
    assert.equal(await store.factors.enrol(factorRecord('fac_c', { user: 'usr_b' })), 'refused')
  })

  promise('[I01] of many who confirm one does; no other factor takes the place of a confirmed one', async (store) => {
    await enrolled(store)
    const appended = await appendedBy(store, async () => {
      const answers = await askAtOnce(10, () => store.factors.confirm(confirmationOf('fac_a')))
      assert.deepEqual(Object.fromEntries(answers), { first: 1, refused: 9 })
    })
    assert.deepEqual(appended, [`cutoff user:${USER} soft`])
    assert.equal(await store.factors.enrol(factorRecord('fac_b')), 'refused')
    assert.equal((await store.factors.find(USER))?.confirmedAt, NOW + 1)
    assert.equal((await store.users.find(USER))?.updatedAt, NOW + 1)
  })

  promise('the log says what became of the factor, for those who are told of events', async (store) => {
    await confirmed(store)
    await store.factors.remove(USER, 'fac_a', NOW + 2)
    const occurrences = await store.events.after(ORIGIN, 10)
    assert.deepEqual(occurrences !== 'forgotten' && occurrences.map(({ cause }) => cause), [
      { credential: 'app', change: 'create' },
      { credential: 'app', change: 'delete' },
    ])
  })

  promise('[I02] a sign-in that asked for the factors of before does not complete, and the sessions go on', async (store) => {
    await enrolled(store)
    const session = await signedIn(store, sessionRecord('ses_a', USER))
    const opening = (id: string, passwordGeneration: number) =>
      store.sessions.open({ session: sessionRecord(id, USER), passwordGeneration, single: false })
    await store.factors.confirm(confirmationOf('fac_a'))
    assert.equal(await opening('ses_b', 1), 'refused')
    assert.equal((await store.users.findPassword(USER))?.generation, 2)
    await store.factors.remove(USER, 'fac_a', NOW + 2)
    assert.equal(await opening('ses_c', 2), 'refused')
    const opened = await opening('ses_d', 3)
    assert.equal(opened !== 'refused' && opened.rev, (await store.log.head()).position)
    assert.deepEqual(await store.sessions.find('ses_a'), session)
  })

  promise('[I02] a sign-in beside a confirmation is wholly before it, and its token dead, or refused', async (store) => {
    await enrolled(store)
    const [opened] = await Promise.all([
      store.sessions.open({ session: sessionRecord('ses_a', USER), passwordGeneration: 1, single: false }),
      store.factors.confirm(confirmationOf('fac_a')),
    ])
    const { position } = await store.log.head()
    assert.ok(opened === 'refused' || opened.rev < position)
  })

  promise('[I01] a recovery code is used once, by one of many, and only of its set', async (store) => {
    assert.equal(await store.factors.findRecovery(USER), undefined)
    await confirmed(store)
    assert.deepEqual(await store.factors.findRecovery(USER), { set: 'rcs_a', left: 2 })
    assert.equal(await store.factors.useRecoveryCode('rcs_b', 'hash-1'), false)
    assert.deepEqual(await askAtOnce(50, () => store.factors.useRecoveryCode('rcs_a', 'hash-1')), once(50))
    assert.deepEqual(await store.factors.findRecovery(USER), { set: 'rcs_a', left: 1 })
    assert.equal(await store.factors.useRecoveryCode('rcs_a', 'hash-2'), true)
    assert.equal(await store.factors.useRecoveryCode('rcs_a', 'hash-3'), false)
    assert.deepEqual(await store.factors.findRecovery(USER), { set: 'rcs_a', left: 0 })
  })

  promise('new recovery codes take the place of the old ones, with an entry, and only beside a factor', async (store) => {
    await enrolled(store)
    const next = { id: 'rcs_b', hashes: ['hash-3'] }
    assert.equal(await store.factors.renewRecovery(USER, next, NOW + 2), false)
    await store.factors.confirm(confirmationOf('fac_a'))
    const appended = await appendedBy(store, async () => assert.equal(await store.factors.renewRecovery(USER, next, NOW + 2), true))
    assert.deepEqual(appended, [`cutoff user:${USER} soft`])
    assert.equal((await store.users.findPassword(USER))?.generation, 3)
    assert.equal(await store.factors.useRecoveryCode('rcs_a', 'hash-1'), false)
    assert.equal(await store.factors.useRecoveryCode('rcs_b', 'hash-1'), false)
    assert.equal(await store.factors.useRecoveryCode('rcs_b', 'hash-3'), true)
  })

  promise('factors are listed by user, and sealed anew only while they are what was read', async (store) => {
    const users = ['usr_c', 'usr_a', 'usr_b']
    for (const user of users) {
      await store.users.create(userRecord(user), 'phc-1')
      await store.factors.enrol(factorRecord(`fac_${user}`, { user }))
    }
    const ids = async (after: string, limit: number) => (await store.factors.list(after, limit)).map(({ id }) => id)
    assert.deepEqual(await ids('', 2), ['fac_usr_a', 'fac_usr_b'])
    assert.deepEqual(await ids('usr_b', 2), ['fac_usr_c'])
    const [old, next] = [new Uint8Array([1, 2, 250, 0]), new Uint8Array([9, 9])]
    assert.equal(await store.factors.reseal('fac_usr_a', next, old), false)
    assert.deepEqual(await askAtOnce(10, () => store.factors.reseal('fac_usr_a', old, next)), once(10))
    const sealed = async (user: string) => Uint8Array.from((await store.factors.find(user))?.sealed ?? [])
    assert.deepEqual([await sealed('usr_a'), await sealed('usr_b')], [next, old])
    assert.equal(await store.factors.reseal('fac_none', old, next), false)
  })

  promise('removing a confirmed factor appends its entry, once, and takes its recovery codes along', async (store) => {
    await confirmed(store)
    assert.equal(await store.factors.remove(USER, 'fac_b', NOW + 2), false)
    const appended = await appendedBy(store, async () => {
      assert.deepEqual(await askAtOnce(10, () => store.factors.remove(USER, 'fac_a', NOW + 2)), once(10))
    })
    assert.deepEqual(appended, [`cutoff user:${USER} soft`])
    assert.equal(await store.factors.find(USER), undefined)
    assert.equal(await store.factors.useRecoveryCode('rcs_a', 'hash-1'), false)
    assert.equal(await store.factors.findRecovery(USER), undefined)
    assert.equal(await store.factors.enrol(factorRecord('fac_b')), 'enrolled')
  })

  promise('removing one that was not confirmed tells nobody', async (store) => {
    await enrolled(store)
    const appended = await appendedBy(store, async () => assert.equal(await store.factors.remove(USER, 'fac_a', NOW + 2), true))
    assert.deepEqual(appended, [])
    assert.equal((await store.users.findPassword(USER))?.generation, 1)
  })
}
