import assert from 'node:assert/strict'
import type { NewLease } from '../../account/lease/lease-store.ts'
import type { Store } from '../store.ts'
import { callerKeyRecord, NOW, sessionRecord, userRecord } from './record.ts'
import { appendedBy, askAtOnce, assertChainHolds, type OpenStore, promises } from './suite.ts'

const MINUTE_MS = 60_000
const USER = 'usr_a'

const leaseRecord = (id: string, change: Partial<NewLease> = {}): NewLease => ({
  id,
  pool: 'e2e',
  startedBy: 'usr_ci',
  startedAt: NOW,
  endsAt: NOW + 10 * MINUTE_MS,
  sealed: undefined,
  passwordHash: `hash of ${id}`,
  address: '192.0.2.7',
  ...change,
})

const ended = (id: string, at = NOW + 1, by = 'usr_ci') => ({ id, by, at, address: undefined })

async function withPool(store: Store, users: readonly string[] = [USER]): Promise<void> {
  for (const id of users) assert.equal(await store.leases.addUser(userRecord(id), 'e2e'), 'added')
}

/** What `LeaseStore` promises, for any store. */
export function leaseStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[I01] nobody of a pool can sign in before they are lent, and nobody gets an address that is taken', async (store) => {
    await withPool(store)
    assert.equal((await store.users.find(USER))?.status, 'suspended')
    assert.equal((await store.users.findPassword(USER))?.hash, '$none')
    assert.equal(await store.leases.addUser(userRecord('usr_b', { email: 'USR_A@example.test' }), 'e2e'), 'email_taken')
    assert.deepEqual(await store.leases.users({ after: '', limit: 10 }), [
      { user: USER, email: 'usr_a@example.test', pool: 'e2e', lease: undefined, isSetAside: false },
    ])
    assert.deepEqual(await store.leases.users({ pool: 'load', after: '', limit: 10 }), [])
    assert.deepEqual(await store.leases.users({ pool: 'e2e', after: USER, limit: 10 }), [])
  })

  promise('[I01] a lease makes its user active with its own password, and is what it was made as', async (store) => {
    await withPool(store)
    const lease = await store.leases.start(leaseRecord('lea_a', { sealed: 'sealed' }))
    const { passwordHash: _hash, address: _address, ...given } = leaseRecord('lea_a', { sealed: 'sealed' })
    assert.deepEqual(lease, { ...given, user: USER, email: 'usr_a@example.test', endedAt: undefined, endedBy: undefined })
    assert.deepEqual(await store.leases.find('lea_a'), lease)
    assert.equal((await store.users.find(USER))?.status, 'active')
    assert.deepEqual(await store.users.findPassword(USER), { hash: 'hash of lea_a', generation: 2 })
    assert.equal(await store.leases.standingEnd(USER), NOW + 10 * MINUTE_MS)
    assert.deepEqual(await store.leases.events('lea_a'), [{ kind: 'started', at: NOW, by: 'usr_ci', address: '192.0.2.7' }])
    assert.equal((await store.leases.users({ after: '', limit: 1 }))[0]?.lease, 'lea_a')
    assert.equal(await store.leases.removeUser(USER), 'leased')
    assert.equal(await store.leases.standingEnd('usr_x'), undefined)
    assert.equal(await store.leases.find('lea_x'), undefined)
  })

  promise('[I01] of many that ask at once each gets somebody else, and the rest nobody', async (store) => {
    await withPool(store, ['usr_a', 'usr_b', 'usr_c'])
    const given: string[] = []
    const ask = async (n: number): Promise<string> => {
      const lease = await store.leases.start(leaseRecord(`lea_${n}`))
      if (lease !== undefined) given.push(lease.user)
      return lease === undefined ? 'nobody' : 'lent'
    }
    const answers = await askAtOnce(20, ask)
    assert.deepEqual([answers.get('lent'), answers.get('nobody')], [3, 17])
    assert.deepEqual([...given].sort(), ['usr_a', 'usr_b', 'usr_c'])
    assert.equal(await store.leases.start(leaseRecord('lea_other', { pool: 'load' })), undefined)
  })

  promise('[I01] its end is one hard cut-off, once among many, and leaves nothing to sign in with', async (store) => {
    await withPool(store)
    await store.leases.start(leaseRecord('lea_a', { sealed: 'sealed' }))
    assert.notEqual(await store.sessions.open({ session: sessionRecord('ses_a', USER), passwordGeneration: 2, single: false }), 'refused')
    await store.callerKeys.add(callerKeyRecord('AKtest'))
    await store.factors.enrol({ id: 'fac_a', user: USER, sealed: new Uint8Array([1]), createdAt: NOW, confirmedAt: undefined })
    const appended = await appendedBy(store, async () => {
      const answers = await askAtOnce(20, async (n) => ((await store.leases.end(ended('lea_a', NOW + 1, `usr_${n}`))) ? 'ended' : 'late'))
      assert.deepEqual([answers.get('ended'), answers.get('late')], [1, 19])
    })
    assert.deepEqual([...appended].sort(), ['cutoff client:AKtest hard', `cutoff user:${USER} hard`])
    assert.deepEqual(
      [(await store.users.find(USER))?.status, await store.users.findPassword(USER)],
      ['suspended', { hash: '$none', generation: 3 }],
    )
    assert.equal(await store.sessions.find('ses_a'), undefined)
    assert.equal(await store.factors.find(USER), undefined)
    const again = await store.sessions.open({ session: sessionRecord('ses_b', USER), passwordGeneration: 2, single: false })
    assert.equal(again, 'refused')
    const lease = await store.leases.find('lea_a')
    assert.deepEqual([lease?.endedAt, lease?.sealed], [NOW + 1, undefined])
    assert.match(lease?.endedBy ?? '', /^usr_\d+$/)
    assert.deepEqual(
      (await store.leases.events('lea_a')).map(({ kind }) => kind),
      ['started', 'ended'],
    )
    assert.equal(await store.leases.standingEnd(USER), undefined)
    await assertChainHolds(store)
  })

  promise('[I01] whoever was free for longest is lent next, and a lease has its own password each time', async (store) => {
    await withPool(store, ['usr_a', 'usr_b'])
    const start = async (n: number): Promise<string | undefined> =>
      (await store.leases.start(leaseRecord(`lea_${n}`, { startedAt: NOW + n, endsAt: NOW + n + MINUTE_MS })))?.user
    assert.equal(await start(1), 'usr_a')
    await store.leases.end(ended('lea_1', NOW + 2))
    assert.equal(await start(3), 'usr_b')
    await store.leases.end(ended('lea_3', NOW + 4))
    assert.equal(await start(5), 'usr_a')
    assert.equal((await store.users.findPassword('usr_a'))?.hash, 'hash of lea_5')
  })

  promise('[I01] what was sealed is put under the next key once, and never after the end', async (store) => {
    await withPool(store)
    await store.leases.start(leaseRecord('lea_a', { sealed: 'under 1' }))
    const reveal = (from: string, sealed: string, at = NOW + 1): Promise<boolean> =>
      store.leases.reveal({ id: 'lea_a', from, sealed, by: 'usr_worker', address: undefined, at })
    const answers = await askAtOnce(20, async (n) => ((await reveal('under 1', `under 2.${n}`)) ? 'opened' : 'late'))
    assert.deepEqual([answers.get('opened'), answers.get('late')], [1, 19])
    const sealed = (await store.leases.find('lea_a'))?.sealed ?? ''
    assert.equal(await reveal(sealed, 'under 3', NOW + 10 * MINUTE_MS), false)
    assert.equal(await reveal(sealed, 'under 3'), true)
    assert.deepEqual(
      (await store.leases.events('lea_a')).map(({ kind, by }) => `${kind} ${by}`),
      ['started usr_ci', 'revealed usr_worker', 'revealed usr_worker'],
    )
    await store.leases.end(ended('lea_a'))
    assert.equal(await reveal('under 3', 'under 4'), false)
  })

  promise('[I01] who was restored by hand, or has another address, is set aside', async (store) => {
    await withPool(store, ['usr_a'])
    await store.users.setStatus(USER, 'active', NOW)
    const state = async () => (await store.leases.users({ after: '', limit: 1 }))[0]?.isSetAside
    assert.equal(await state(), true)
    assert.equal(await store.leases.start(leaseRecord('lea_a')), undefined)
    await store.users.setStatus(USER, 'suspended', NOW)
    assert.equal(await state(), false)
    assert.notEqual(await store.leases.start(leaseRecord('lea_a')), undefined)
    await store.leases.end(ended('lea_a'))
    assert.equal(await store.leases.removeUser(USER), 'removed')
    assert.equal(await store.leases.removeUser(USER), 'unknown')
    assert.equal(await store.leases.start(leaseRecord('lea_b')), undefined)
  })

  promise('those whose time is over are found until their end was noted, and forgotten long after it', async (store) => {
    await withPool(store, ['usr_a', 'usr_b'])
    await store.leases.start(leaseRecord('lea_a'))
    await store.leases.start(leaseRecord('lea_b', { endsAt: NOW + MINUTE_MS, startedAt: NOW + 1, startedBy: undefined }))
    const due = async (now: number) => (await store.leases.due(now, 10)).map(({ id }) => id)
    assert.deepEqual(await due(NOW + MINUTE_MS - 1), [])
    assert.deepEqual(await due(NOW + MINUTE_MS), ['lea_b'])
    assert.deepEqual(await due(NOW + 10 * MINUTE_MS), ['lea_b', 'lea_a'])
    await store.leases.end(ended('lea_b', NOW + MINUTE_MS, 'clock'))
    const listed = async (standing: boolean, startedBy?: string) =>
      (await store.leases.list({ standing, startedBy, limit: 10 })).map(({ id }) => id)
    assert.deepEqual([await listed(true), await listed(false), await listed(false, 'usr_ci')], [['lea_a'], ['lea_b', 'lea_a'], ['lea_a']])
    assert.equal(await store.leases.sweep(NOW + MINUTE_MS, 10), 0)
    assert.equal(await store.leases.sweep(NOW + MINUTE_MS + 1, 10), 1)
    assert.deepEqual([await listed(false), await store.leases.events('lea_b')], [['lea_a'], []])
  })
}
