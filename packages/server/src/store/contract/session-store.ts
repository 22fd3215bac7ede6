import assert from 'node:assert/strict'
import { CUTOFF_LIFE_MS, NOW, rotationOf, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, askAtOnce, entriesAfter, type OpenStore, promises } from './suite.ts'

/** What `SessionStore` promises, for any store. */
export function sessionStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('an opened session is found as it was given, with the facts that its token may carry', async (store) => {
    const user = userRecord('usr_a', { name: 'Ada', roles: ['staff'], groups: ['g1'] })
    await store.users.create(user, 'phc-1')
    const session = sessionRecord('ses_a', 'usr_a')
    const issuance = await store.sessions.open({ session, passwordGeneration: 1, single: false })
    const { position } = await store.log.head()
    const subject = { id: 'usr_a', email: user.email, name: 'Ada', roles: ['staff'], groups: ['g1'] }
    assert.deepEqual(issuance, { rev: position, session, subject })
    assert.deepEqual(await store.sessions.find('ses_a'), session)
    assert.deepEqual(await store.sessions.issuance('ses_a'), issuance)
    assert.equal(await store.sessions.find('ses_b'), undefined)
    assert.equal(await store.sessions.issuance('ses_b'), undefined)
  })

  promise('the key that a session is bound to stays with it, rotation after rotation', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a', { dpopKey: 'thumbprint-of-a-key' }))
    assert.equal((await store.sessions.find('ses_a'))?.dpopKey, 'thumbprint-of-a-key')
    const rotated = await store.sessions.rotate(rotationOf(session))
    assert.ok(rotated !== 'lost' && rotated.session.dpopKey === 'thumbprint-of-a-key')
    assert.equal((await store.sessions.issuance('ses_a'))?.session.dpopKey, 'thumbprint-of-a-key')
    const [listed] = await store.sessions.list('usr_a', NOW)
    assert.equal(listed?.dpopKey, 'thumbprint-of-a-key')
  })

  promise('a session is not opened for an unknown or suspended user', async (store) => {
    await store.users.create(userRecord('usr_a'), 'phc-1')
    await store.users.setStatus('usr_a', 'suspended', NOW)
    for (const user of ['usr_a', 'usr_unknown']) {
      assert.equal(await store.sessions.open({ session: sessionRecord('ses_a', user), passwordGeneration: 1, single: false }), 'refused')
    }
    assert.equal(await store.sessions.find('ses_a'), undefined)
  })

  promise('a sign-in checked against a password that has changed meanwhile is refused, or ended by the change', async (store) => {
    await store.users.create(userRecord('usr_a'), 'phc-1')
    const session = sessionRecord('ses_a', 'usr_a')
    const change = { user: 'usr_a', fromGeneration: 1, hash: 'phc-2', keepSession: undefined, at: NOW }
    // Where several connections write, the sign-in may come first: then the change ends what it opened.
    await Promise.all([store.users.changePassword(change), store.sessions.open({ session, passwordGeneration: 1, single: false })])
    assert.equal(await store.sessions.find('ses_a'), undefined)
    assert.equal(await store.sessions.open({ session, passwordGeneration: 1, single: false }), 'refused')
    assert.notEqual(await store.sessions.open({ session, passwordGeneration: 2, single: false }), 'refused')
  })

  promise('[B34] with one session a user the others end, hard, before the new token is issued', async (store) => {
    await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    await signedIn(store, sessionRecord('ses_b', 'usr_a'))
    await signedIn(store, sessionRecord('ses_other', 'usr_b'))
    const opening = { session: sessionRecord('ses_c', 'usr_a', { createdAt: NOW + 5 }), passwordGeneration: 1, single: true }
    const before = await store.log.head()
    const issuance = await store.sessions.open(opening)
    const entries = await entriesAfter(store, before.position)
    assert.deepEqual(new Set(entries.map(({ target }) => target.id)), new Set(['ses_a', 'ses_b']))
    assert.ok(
      entries.every(({ kind, mode, target, at }) => kind === 'cutoff' && mode === 'hard' && target.kind === 'session' && at === NOW + 5),
    )
    assert.ok(issuance !== 'refused' && issuance.rev === (await store.log.head()).position)
    assert.deepEqual(
      (await store.sessions.list('usr_a', NOW + 5)).map(({ id }) => id),
      ['ses_c'],
    )
    assert.notEqual(await store.sessions.find('ses_other'), undefined)
  })

  promise('[I01] of 50 concurrent rotations of one generation one wins and 49 are lost', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const counts = await askAtOnce(50, async () => ((await store.sessions.rotate(rotationOf(session))) === 'lost' ? 'lost' : 'won'))
    assert.deepEqual(
      counts,
      new Map([
        ['won', 1],
        ['lost', 49],
      ]),
    )
    assert.equal((await store.sessions.find('ses_a'))?.generation, 2)
  })

  promise('a rotation moves what it must and nothing else, and appends no entry', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const rotation = rotationOf(session)
    const expected = {
      ...session,
      generation: 2,
      rotatedAt: rotation.at,
      rotatedBy: rotation.rotatedBy,
      keyId: rotation.keyId,
      idleExpiresAt: rotation.idleExpiresAt,
    }
    assert.deepEqual(
      await appendedBy(store, async () => {
        const issuance = await store.sessions.rotate(rotation)
        assert.ok(issuance !== 'lost')
        assert.deepEqual(issuance.session, expected)
        assert.equal(issuance.rev, (await store.log.head()).position)
        assert.equal(issuance.subject.id, 'usr_a')
      }),
      [],
    )
    assert.deepEqual(await store.sessions.find('ses_a'), expected)
    const withoutKey = await store.sessions.rotate(rotationOf(expected, { rotatedBy: undefined }))
    assert.ok(withoutKey !== 'lost' && withoutKey.session.rotatedBy === undefined)
  })

  promise('a rotation of an ended, expired, idle or unknown session, or of an older generation, is lost', async (store) => {
    const ended = await signedIn(store, sessionRecord('ses_ended', 'usr_a'))
    await store.sessions.end('ses_ended', NOW)
    const expired = await signedIn(store, sessionRecord('ses_expired', 'usr_a', { expiresAt: NOW + 1 }))
    const idle = await signedIn(store, sessionRecord('ses_idle', 'usr_a', { idleExpiresAt: NOW + 1 }))
    const old = await signedIn(store, sessionRecord('ses_old', 'usr_a', { generation: 7 }))
    for (const session of [
      ended,
      expired,
      idle,
      sessionRecord('ses_unknown', 'usr_a'),
      { ...old, generation: 6 },
      { ...old, generation: 8 },
    ]) {
      assert.equal(await store.sessions.rotate(rotationOf(session, { at: NOW + 1 })), 'lost', session.id)
    }
    assert.equal((await store.sessions.find('ses_old'))?.generation, 7)
  })

  promise('[D06] proving once more moves the time and the methods, rotates, and kills the tokens of before', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const device = { userAgent: 'curl/8', address: '198.51.100.7' }
    const made = { keyId: 'refresh-key-2', rotatedBy: 'hash-of-idempotency-key' }
    const reauthentication = { id: 'ses_a', user: 'usr_a', passwordGeneration: 1, amr: ['pwd', 'otp'], ...made, device, at: NOW + 5 }
    const rotated = { ...made, generation: 2, rotatedAt: NOW + 5 }
    const expected = { ...session, ...rotated, authenticatedAt: NOW + 5, amr: ['pwd', 'otp'], device: { name: 'laptop', ...device } }
    const appended = await appendedBy(store, async () => {
      const issuance = await store.sessions.reauthenticate(reauthentication)
      assert.ok(issuance !== 'refused')
      assert.deepEqual([issuance.session, issuance.rev, issuance.subject.id], [expected, (await store.log.head()).position, 'usr_a'])
    })
    assert.deepEqual(appended, ['cutoff session:ses_a soft'])
    assert.deepEqual(await store.sessions.find('ses_a'), expected)
    assert.equal(await store.sessions.rotate(rotationOf(session)), 'lost')
    const next = await store.sessions.rotate(rotationOf(expected))
    assert.ok(next !== 'lost' && next.session.authenticatedAt === NOW + 5)
  })

  promise('[D06] no other user’s proof, no older password and no ended session moves anything', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    await signedIn(store, sessionRecord('ses_b', 'usr_b'))
    await signedIn(store, sessionRecord('ses_idle', 'usr_a', { idleExpiresAt: NOW + 1 }))
    await signedIn(store, sessionRecord('ses_expired', 'usr_a', { expiresAt: NOW + 1 }))
    const own = {
      id: 'ses_a',
      user: 'usr_a',
      passwordGeneration: 1,
      amr: ['pwd'],
      keyId: 'refresh-key-1',
      rotatedBy: undefined,
      device: session.device,
      at: NOW + 1,
    }
    for (const change of [
      { user: 'usr_b' },
      { user: 'usr_x' },
      { passwordGeneration: 2 },
      { id: 'ses_b' },
      { id: 'ses_x' },
      { id: 'ses_idle' },
      { id: 'ses_expired' },
    ]) {
      assert.equal(await store.sessions.reauthenticate({ ...own, ...change }), 'refused', JSON.stringify(change))
    }
    assert.deepEqual(await store.sessions.find('ses_a'), session)
    await store.users.setStatus('usr_a', 'suspended', NOW + 1)
    assert.equal(await store.sessions.reauthenticate(own), 'refused')
  })

  promise('[D06] a proof of the password that is changed beside it is refused, or its token dead', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const own = {
      id: 'ses_a',
      user: 'usr_a',
      passwordGeneration: 1,
      amr: ['pwd'],
      keyId: 'refresh-key-1',
      rotatedBy: undefined,
      device: session.device,
      at: NOW + 1,
    }
    const change = { user: 'usr_a', fromGeneration: 1, hash: 'phc-2', keepSession: 'ses_a', at: NOW + 1 }
    const [proved] = await Promise.all([store.sessions.reauthenticate(own), store.users.changePassword(change)])
    assert.ok(proved === 'refused' || proved.rev < (await store.log.head()).position)
  })

  promise('[I02] a rotation that races with a hard cut-off either is lost or carries an older rev', async (store) => {
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const rotate = (generation: number) => store.sessions.rotate(rotationOf({ ...session, generation }))
    // Where several connections write, they may meet in any order.
    const [first, entry, second] = await Promise.all([
      rotate(1),
      store.log.revoke({ target: { kind: 'user', id: 'usr_a' }, mode: 'hard', at: NOW }),
      rotate(2),
    ])
    for (const rotated of [first, second]) assert.ok(rotated === 'lost' || rotated.rev < entry.position)
    for (const generation of [1, 2, 3]) assert.equal(await rotate(generation), 'lost')
  })

  promise('ending a session appends one hard cut-off, once', async (store) => {
    await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    const appended = await appendedBy(store, async () => {
      assert.deepEqual(
        await askAtOnce(20, () => store.sessions.end('ses_a', NOW)),
        new Map([
          [true, 1],
          [false, 19],
        ]),
      )
    })
    assert.deepEqual(appended, ['cutoff session:ses_a hard'])
    const [entry] = (await entriesAfter(store, 0)).slice(-1)
    assert.deepEqual([entry?.at, entry?.expiresAt], [NOW, NOW + CUTOFF_LIFE_MS])
    assert.equal(await store.sessions.find('ses_a'), undefined)
    assert.equal(await store.sessions.issuance('ses_a'), undefined)
  })

  promise('ending all sessions of a user but one appends a cut-off for each that ended', async (store) => {
    for (const id of ['ses_a', 'ses_b', 'ses_c']) await signedIn(store, sessionRecord(id, 'usr_a'))
    await signedIn(store, sessionRecord('ses_d', 'usr_b'))
    const appended = await appendedBy(store, async () => {
      assert.deepEqual(new Set(await store.sessions.endAll('usr_a', 'ses_b', NOW)), new Set(['ses_a', 'ses_c']))
    })
    assert.deepEqual(new Set(appended), new Set(['cutoff session:ses_a hard', 'cutoff session:ses_c hard']))
    assert.deepEqual(await appendedBy(store, () => store.sessions.endAll('usr_a', undefined, NOW)), ['cutoff session:ses_b hard'])
    assert.deepEqual(await appendedBy(store, () => store.sessions.endAll('usr_a', undefined, NOW)), [])
    assert.notEqual(await store.sessions.find('ses_d'), undefined)
  })

  promise('the list holds the living sessions of the user, newest first', async (store) => {
    await signedIn(store, sessionRecord('ses_a', 'usr_a', { createdAt: NOW - 3 }))
    await signedIn(store, sessionRecord('ses_b', 'usr_a', { createdAt: NOW - 1 }))
    await signedIn(store, sessionRecord('ses_c', 'usr_a', { createdAt: NOW - 2 }))
    await signedIn(store, sessionRecord('ses_expired', 'usr_a', { expiresAt: NOW }))
    await signedIn(store, sessionRecord('ses_idle', 'usr_a', { idleExpiresAt: NOW }))
    await signedIn(store, sessionRecord('ses_other', 'usr_b'))
    assert.deepEqual(
      (await store.sessions.list('usr_a', NOW)).map(({ id }) => id),
      ['ses_b', 'ses_c', 'ses_a'],
    )
    assert.deepEqual(await store.sessions.list('usr_unknown', NOW), [])
  })

  promise('the sweep removes what has expired, no more than asked, and appends nothing', async (store) => {
    for (let n = 0; n < 6; n++)
      await signedIn(store, sessionRecord(`ses_${n}`, 'usr_a', n % 2 === 0 ? { expiresAt: NOW } : { idleExpiresAt: NOW }))
    await signedIn(store, sessionRecord('ses_living', 'usr_a'))
    assert.deepEqual(
      await appendedBy(store, async () => {
        assert.equal(await store.sessions.sweep(NOW - 1, 100), 0)
        assert.equal(await store.sessions.sweep(NOW, 4), 4)
        assert.equal(await store.sessions.sweep(NOW, 100), 2)
      }),
      [],
    )
    assert.notEqual(await store.sessions.find('ses_living'), undefined)
  })

  promise('what is to be told of a sign-in is committed with it, or not at all', async (store) => {
    const { deliveries } = store
    const mail = { id: 'mail', kind: 'mail', owner: undefined, state: 'open', reason: undefined, settings: '{}', position: 0 } as const
    await deliveries.add({ ...mail, revision: 1, createdAt: NOW })
    await store.users.create(userRecord('usr_a'), 'phc-1')
    const telling = (session: string, passwordGeneration: number, single: boolean) => {
      const jobs = [{ id: `mail.${session}`, destination: 'mail', payload: '{}', urgent: false, createdAt: NOW }]
      return store.sessions.open({ session: sessionRecord(session, 'usr_a'), passwordGeneration, single, jobs })
    }
    for (const single of [false, true]) assert.equal(await telling('ses_x', 2, single), 'refused')
    assert.deepEqual(await deliveries.waiting('mail', 10), [])
    const issuance = await telling('ses_a', 1, false)
    assert.ok(issuance !== 'refused' && issuance.rev === (await store.log.head()).position)
    await telling('ses_b', 1, true)
    assert.deepEqual(
      (await deliveries.waiting('mail', 10)).map(({ id }) => id),
      ['mail.ses_a', 'mail.ses_b'],
    )
  })

  promise('[G05] living sessions are counted by the key of their newest generation', async (store) => {
    assert.deepEqual(await store.sessions.countByKey(NOW), new Map())
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_a'))
    await signedIn(store, sessionRecord('ses_b', 'usr_a'))
    await signedIn(store, sessionRecord('ses_over', 'usr_a', { idleExpiresAt: NOW + 1 }))
    await store.sessions.rotate(rotationOf(session))
    assert.deepEqual(
      await store.sessions.countByKey(NOW + 1),
      new Map([
        ['refresh-key-1', 1],
        ['refresh-key-2', 1],
      ]),
    )
  })
}
