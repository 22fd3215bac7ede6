import assert from 'node:assert/strict'
import type { Store } from '../store.ts'
import { NOW, rotationOf, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const admin = (id: string) => userRecord(id, { roles: ['admin'] })

/** What `UserStore` promises, for any store. */
export function userStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('a user is found by id and by address in any case, with the first password generation', async (store) => {
    const user = userRecord('usr_a', { email: 'Ada.Lovelace@Example.test', name: 'Ada', roles: ['staff', 'ops'], groups: ['g1'] })
    assert.deepEqual(await appendedBy(store, async () => assert.equal(await store.users.create(user, 'phc-1'), 'created')), [])
    assert.deepEqual(await store.users.find('usr_a'), user)
    const password = { hash: 'phc-1', generation: 1 }
    assert.deepEqual(await store.users.findByEmail('aDA.lovelace@EXAMPLE.test'), { user, password })
    assert.deepEqual(await store.users.findPassword('usr_a'), password)
    assert.equal(await store.users.find('usr_b'), undefined)
    assert.equal(await store.users.findByEmail('nobody@example.test'), undefined)
    assert.equal(await store.users.findPassword('usr_b'), undefined)
  })

  promise('[I01] an address is taken once, in whatever case, by one of 20 at the same time', async (store) => {
    const counts = await askAtOnce(20, (n) => {
      const email = n % 2 === 0 ? 'ÄDA@example.test' : 'äda@EXAMPLE.test'
      return store.users.create(userRecord(`usr_${n}`, { email }), 'phc')
    })
    assert.deepEqual(
      counts,
      new Map([
        ['created', 1],
        ['email_taken', 19],
      ]),
    )
    assert.equal((await store.users.list({ limit: 100 })).length, 1)
  })

  promise('the list goes by id, page by page, and finds a part of address or name in any case, taken literally', async (store) => {
    for (const n of [3, 1, 4, 2]) await store.users.create(userRecord(`usr_${n}`, { name: n === 4 ? 'Zoë 100%' : undefined }), 'phc')
    const ids = async (page: Parameters<Store['users']['list']>[0]) => (await store.users.list(page)).map(({ id }) => id)
    assert.deepEqual(await ids({ limit: 3 }), ['usr_1', 'usr_2', 'usr_3'])
    assert.deepEqual(await ids({ limit: 3, after: 'usr_3' }), ['usr_4'])
    assert.deepEqual(await ids({ limit: 3, search: 'ZOË' }), ['usr_4'])
    assert.deepEqual(await ids({ limit: 3, search: 'USR_2@' }), ['usr_2'])
    assert.deepEqual(await ids({ limit: 3, search: '%' }), ['usr_4'])
    assert.deepEqual(await ids({ limit: 3, search: 'nobody' }), [])
  })

  promise('[I02] a password change ends every other session, and the kept one goes on younger than the cut-off', async (store) => {
    const kept = await signedIn(store, sessionRecord('ses_kept', 'usr_a'))
    await signedIn(store, sessionRecord('ses_b', 'usr_a'))
    await signedIn(store, sessionRecord('ses_other', 'usr_b'))
    const change = { user: 'usr_a', fromGeneration: 1, hash: 'phc-2', keepSession: 'ses_kept', at: NOW + 1 }
    const appended = await appendedBy(store, async () => {
      const outcome = await store.users.changePassword(change)
      assert.ok(outcome !== 'changed_meanwhile' && outcome.kept !== undefined)
      assert.deepEqual(outcome.kept.session, kept)
      assert.equal(outcome.kept.rev, (await store.log.head()).position)
    })
    assert.deepEqual(appended, ['cutoff user:usr_a hard'])
    assert.deepEqual(await store.users.findPassword('usr_a'), { hash: 'phc-2', generation: 2 })
    assert.equal((await store.users.find('usr_a'))?.updatedAt, NOW + 1)
    assert.equal(await store.sessions.find('ses_b'), undefined)
    assert.notEqual(await store.sessions.find('ses_other'), undefined)
    assert.notEqual(await store.sessions.rotate(rotationOf(kept)), 'lost')
  })

  promise('[A23] a record of OPAQUE stands where a hash does: kept to the letter, and replaced by any other password', async (store) => {
    const record = `$opaque$v=1$AbCd_-09$${'i'.repeat(22)}$${'_r-R'.repeat(64)}`
    await store.users.create(userRecord('usr_a'), record)
    assert.deepEqual(await store.users.findPassword('usr_a'), { hash: record, generation: 1 })
    const change = { user: 'usr_a', fromGeneration: 1, hash: 'phc-2', keepSession: undefined, at: NOW }
    assert.deepEqual(await store.users.changePassword(change), { kept: undefined })
    assert.deepEqual((await store.users.findByEmail('usr_a@example.test'))?.password, { hash: 'phc-2', generation: 2 })
    const late = { session: sessionRecord('ses_late', 'usr_a'), passwordGeneration: 1, single: false }
    assert.equal(await store.sessions.open(late), 'refused')
  })

  promise('a password change keeps no session that is foreign, expired or none', async (store) => {
    await signedIn(store, sessionRecord('ses_a', 'usr_a', { idleExpiresAt: NOW }))
    await signedIn(store, sessionRecord('ses_b', 'usr_b'))
    let fromGeneration = 1
    for (const keepSession of ['ses_a', 'ses_b', 'ses_unknown', undefined]) {
      const outcome = await store.users.changePassword({ user: 'usr_a', fromGeneration, hash: 'phc', keepSession, at: NOW })
      assert.deepEqual(outcome, { kept: undefined })
      fromGeneration++
    }
    assert.notEqual(await store.sessions.find('ses_b'), undefined)
  })

  promise('[I01] of 20 password changes from one generation one happens, and only it appends', async (store) => {
    await store.users.create(userRecord('usr_a'), 'phc-1')
    const appended = await appendedBy(store, async () => {
      const counts = await askAtOnce(20, async (n) => {
        const change = { user: 'usr_a', fromGeneration: 1, hash: `phc-${n}`, keepSession: undefined, at: NOW }
        return (await store.users.changePassword(change)) === 'changed_meanwhile' ? 'late' : 'changed'
      })
      assert.deepEqual(
        counts,
        new Map([
          ['changed', 1],
          ['late', 19],
        ]),
      )
    })
    assert.equal(appended.length, 1)
    assert.equal((await store.users.findPassword('usr_a'))?.generation, 2)
  })

  promise('the same password hashed anew is the same generation: nothing is cut off, and the sessions go on', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const appended = await appendedBy(store, async () => assert.equal(await store.users.replaceHash('usr_a', 'phc-1', 'phc-1b'), true))
    assert.deepEqual(appended, [])
    assert.deepEqual(await store.users.findPassword('usr_a'), { hash: 'phc-1b', generation: 1 })
    assert.equal((await store.users.find('usr_a'))?.updatedAt, NOW)
    assert.notEqual(await store.sessions.rotate(rotationOf(session)), 'lost')
    const opening = { session: sessionRecord('ses_b', 'usr_a'), passwordGeneration: 1, single: false }
    assert.notEqual(await store.sessions.open(opening), 'refused')
  })

  promise('[I01] a hash that is not the stored one any more replaces nothing, and of 20 at once one is stored', async (store) => {
    await store.users.create(userRecord('usr_a'), 'phc-1')
    await store.users.changePassword({ user: 'usr_a', fromGeneration: 1, hash: 'phc-2', keepSession: undefined, at: NOW })
    assert.equal(await store.users.replaceHash('usr_a', 'phc-1', 'phc-1b'), false)
    assert.equal(await store.users.replaceHash('usr_x', 'phc-1', 'phc-1b'), false)
    assert.deepEqual(await store.users.findPassword('usr_a'), { hash: 'phc-2', generation: 2 })
    const counts = await askAtOnce(20, (n) => store.users.replaceHash('usr_a', 'phc-2', `phc-2-${n}`))
    assert.deepEqual(
      counts,
      new Map([
        [true, 1],
        [false, 19],
      ]),
    )
  })

  promise('[I02] suspending ends the sessions, and restoring revives nothing', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const suspended = await appendedBy(store, async () => {
      assert.equal((await store.users.setStatus('usr_a', 'suspended', NOW + 1))?.status, 'suspended')
    })
    assert.deepEqual(suspended, ['cutoff user:usr_a hard'])
    const restored = await appendedBy(store, async () => {
      assert.deepEqual(await store.users.setStatus('usr_a', 'active', NOW + 2), userRecord('usr_a', { updatedAt: NOW + 2 }))
    })
    assert.deepEqual(restored, [])
    assert.equal(await store.sessions.find('ses_a'), undefined)
    assert.equal(await store.sessions.rotate(rotationOf(session)), 'lost')
  })

  promise('roles and groups change softly: the cut-off is there, the session goes on with the new facts', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const appended = await appendedBy(store, async () => {
      assert.deepEqual((await store.users.setRoles('usr_a', ['staff'], NOW + 1))?.roles, ['staff'])
      assert.deepEqual((await store.users.setGroups('usr_a', ['g1', 'g2'], NOW + 2))?.groups, ['g1', 'g2'])
    })
    assert.deepEqual(appended, ['cutoff user:usr_a soft', 'cutoff user:usr_a soft'])
    const issuance = await store.sessions.rotate(rotationOf(session))
    assert.ok(issuance !== 'lost')
    assert.deepEqual([issuance.subject.roles, issuance.subject.groups], [['staff'], ['g1', 'g2']])
    assert.equal(issuance.rev, (await store.log.head()).position)
    assert.equal((await store.users.find('usr_a'))?.updatedAt, NOW + 2)
  })

  promise('a name changes without a word in the log, is found by, and can go', async (store) => {
    await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const before = await store.users.find('usr_a')
    const appended = await appendedBy(store, async () => {
      assert.equal((await store.users.setName('usr_a', 'Grace Hopper'))?.name, 'Grace Hopper')
      assert.deepEqual(
        (await store.users.list({ limit: 10, search: 'hopper' })).map(({ id }) => id),
        ['usr_a'],
      )
      assert.equal((await store.users.setName('usr_a', undefined))?.name, undefined)
      assert.equal(await store.users.setName('usr_x', 'Nobody'), undefined)
    })
    assert.deepEqual(appended, [])
    assert.deepEqual(await store.users.list({ limit: 10, search: 'hopper' }), [])
    assert.deepEqual({ ...(await store.users.find('usr_a')), name: before?.name }, before)
  })

  promise('a change of a user that does not exist changes and appends nothing', async (store) => {
    const appended = await appendedBy(store, async () => {
      assert.equal(await store.users.setStatus('usr_x', 'suspended', NOW), undefined)
      assert.equal(await store.users.setRoles('usr_x', ['admin'], NOW), undefined)
      assert.equal(await store.users.setGroups('usr_x', [], NOW), undefined)
      const change = { user: 'usr_x', fromGeneration: 1, hash: 'phc', keepSession: undefined, at: NOW }
      assert.equal(await store.users.changePassword(change), 'changed_meanwhile')
    })
    assert.deepEqual(appended, [])
  })

  promise('[I01] the offer to create the first administrator is redeemed once among 20', async (store) => {
    assert.equal(await store.users.offerSetup('hash-1', NOW + 10), true)
    const counts = await askAtOnce(20, (n) => store.users.redeemSetup('hash-1', admin(`usr_${n}`), 'phc'))
    assert.deepEqual(
      counts,
      new Map([
        ['created', 1],
        ['refused', 19],
      ]),
    )
    assert.equal((await store.users.list({ limit: 100 })).length, 1)
    assert.equal(await store.users.offerSetup('hash-2', NOW + 10), false)
  })

  promise('an offer that was replaced, has expired or was never made is refused, and a taken address leaves it open', async (store) => {
    assert.equal(await store.users.redeemSetup('hash-1', admin('usr_a'), 'phc'), 'refused')
    await store.users.offerSetup('hash-1', NOW + 10)
    await store.users.offerSetup('hash-2', NOW + 10)
    assert.equal(await store.users.redeemSetup('hash-1', admin('usr_a'), 'phc'), 'refused')
    assert.equal(await store.users.redeemSetup('hash-2', { ...admin('usr_a'), createdAt: NOW + 10 }, 'phc'), 'refused')
    await store.users.create(userRecord('usr_b'), 'phc')
    assert.equal(await store.users.redeemSetup('hash-2', { ...admin('usr_a'), email: 'USR_B@example.test' }, 'phc'), 'email_taken')
    assert.equal(await store.users.redeemSetup('hash-2', admin('usr_a'), 'phc'), 'created')
    assert.deepEqual(await store.users.find('usr_a'), admin('usr_a'))
  })

  promise('an administrator made by any other way ends a standing offer', async (store) => {
    await store.users.offerSetup('hash-1', NOW + 10)
    await store.users.create(admin('usr_a'), 'phc')
    assert.equal(await store.users.redeemSetup('hash-1', admin('usr_b'), 'phc'), 'refused')
  })

  promise('[G05] passwords of OPAQUE are counted by the setup that they were made with', async (store) => {
    assert.deepEqual(await store.users.countByOpaqueSetup(), new Map())
    const record = (setup: string): string => `$opaque$v=1$${setup}$${'i'.repeat(22)}$${'r'.repeat(256)}`
    for (const [id, hash] of [
      ['usr_a', record('setup--1')],
      ['usr_b', record('setup--1')],
      ['usr_c', record('setup--2')],
      ['usr_d', 'phc'],
    ] as const) {
      await store.users.create(userRecord(id), hash)
    }
    const counts = await store.users.countByOpaqueSetup()
    assert.deepEqual([counts.get('setup--1'), counts.get('setup--2'), counts.size], [2, 1, 2])
  })
}
