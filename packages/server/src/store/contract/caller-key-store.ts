import assert from 'node:assert/strict'
import { AuthError } from 'countersign/core'
import type { Store } from '../store.ts'
import { callerKeyRecord, credentialRecord, NOW, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const HOUR_MS = 3_600_000

const isConflict = (error: unknown): boolean => error instanceof AuthError && error.code === 'conflict'

async function withUser(store: Store): Promise<void> {
  await store.users.create(userRecord('usr_a', { roles: ['staff'], groups: ['eu'] }), 'phc-1')
}

/** What `CallerKeyStore` promises, for any store. */
export function callerKeyStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('a key of a caller is found as it was given, and an id is given once', async (store) => {
    await withUser(store)
    const full = callerKeyRecord('CSKB', {
      kind: 'public',
      settings: { name: 'a "key"', scope: ['a', 'b'], roles: ['staff'], addresses: ['10.0.0.0/8', '::1'], windowSeconds: 2 },
      expiresAt: NOW + HOUR_MS,
    })
    assert.equal(await store.callerKeys.add(full), 'added')
    assert.equal(await store.callerKeys.add(callerKeyRecord('CSKA')), 'added')
    assert.deepEqual(await store.callerKeys.find('CSKB'), full)
    assert.deepEqual(await store.callerKeys.find('CSKA'), callerKeyRecord('CSKA'))
    assert.equal(await store.callerKeys.find('CSKX'), undefined)
    await assert.rejects(store.callerKeys.add(callerKeyRecord('CSKA', { material: 'other' })), isConflict)
    assert.deepEqual(await store.callerKeys.find('CSKA'), callerKeyRecord('CSKA'))
  })

  promise('keys of callers are listed by owner and kind, page by page', async (store) => {
    await withUser(store)
    await store.services.add(credentialRecord('svc_a'))
    for (const id of ['CSKA', 'CSKB', 'CSKC']) await store.callerKeys.add(callerKeyRecord(id))
    await store.callerKeys.add(callerKeyRecord('CSKD', { owner: { kind: 'service', id: 'svc_a' }, kind: 'public' }))
    const ids = async (page: Partial<Parameters<Store['callerKeys']['list']>[0]>): Promise<string> =>
      (await store.callerKeys.list({ kinds: ['hmac', 'public'], limit: 10, ...page })).map(({ id }) => id).join(' ')
    assert.equal(await ids({}), 'CSKA CSKB CSKC CSKD')
    assert.equal(await ids({ kinds: ['hmac'], limit: 2 }), 'CSKA CSKB')
    assert.equal(await ids({ after: 'CSKB' }), 'CSKC CSKD')
    assert.equal(await ids({ owner: { kind: 'service', id: 'svc_a' } }), 'CSKD')
    assert.equal(await ids({ owner: { kind: 'user', id: 'svc_a' } }), '')
    assert.equal(await ids({ kinds: [] }), '')
  })

  promise(
    'no key is added to an owner who is unknown or suspended, to a session that has ended, or to a parent that has gone',
    async (store) => {
      await withUser(store)
      await store.users.create(userRecord('usr_s'), 'phc-1')
      await store.users.setStatus('usr_s', 'suspended', NOW)
      await signedIn(store, sessionRecord('ses_old', 'usr_a', { idleExpiresAt: NOW }))
      await store.callerKeys.add(callerKeyRecord('CSKOLD', { expiresAt: NOW }))
      const hangingOn = [
        { owner: { kind: 'user', id: 'usr_x' } },
        { owner: { kind: 'user', id: 'usr_s' } },
        { owner: { kind: 'service', id: 'svc_x' } },
        { session: 'ses_x' },
        { session: 'ses_old' },
        { parent: 'CSKX' },
        { parent: 'CSKOLD' },
      ] as const
      for (const change of hangingOn)
        assert.equal(await store.callerKeys.add(callerKeyRecord('CSKA', change)), 'refused', JSON.stringify(change))
      assert.equal(await store.callerKeys.find('CSKA'), undefined)
    },
  )

  promise(
    '[I04] a key is issued with the facts of its owner and the head that was seen, as long as all that it stands on does',
    async (store) => {
      await withUser(store)
      await signedIn(store, sessionRecord('ses_a', 'usr_a'))
      await store.callerKeys.add(callerKeyRecord('CSKA', { session: 'ses_a', expiresAt: NOW + HOUR_MS }))
      const { position } = await store.log.head()
      const issued = await store.callerKeys.issue('CSKA', NOW)
      assert.equal(issued?.rev, position)
      assert.deepEqual(issued?.subject, { id: 'usr_a', roles: ['staff'], groups: ['eu'] })
      assert.deepEqual(issued?.key, await store.callerKeys.find('CSKA'))
      assert.equal(await store.callerKeys.issue('CSKX', NOW), undefined)
      assert.equal(await store.callerKeys.issue('CSKA', NOW + HOUR_MS), undefined)
      await store.sessions.end('ses_a', NOW)
      assert.equal(await store.callerKeys.issue('CSKA', NOW), undefined)
      await store.callerKeys.add(callerKeyRecord('CSKB'))
      await store.users.setStatus('usr_a', 'suspended', NOW)
      assert.equal(await store.callerKeys.issue('CSKB', NOW), undefined)
    },
  )

  promise('[I01] of many replacements of one key one wins, and the key lives on for the overlap only', async (store) => {
    await withUser(store)
    await store.callerKeys.add(callerKeyRecord('CSKA'))
    const appended = await appendedBy(store, async () => {
      const counts = await askAtOnce(20, (n) => store.callerKeys.replace('CSKA', callerKeyRecord(`CSKN${n}`), NOW + 5000, NOW))
      assert.deepEqual(
        counts,
        new Map([
          ['replaced', 1],
          ['refused', 19],
        ]),
      )
    })
    assert.deepEqual(appended, ['cutoff client:CSKA soft'])
    const replaced = await store.callerKeys.issue('CSKA', NOW + 4999)
    assert.equal(await store.callerKeys.issue('CSKA', NOW + 5000), undefined)
    assert.deepEqual(
      (await store.callerKeys.list({ kinds: ['hmac'], limit: 100 })).map(({ id }) => id),
      ['CSKA', replaced?.key.successor],
    )
    await store.callerKeys.add(callerKeyRecord('CSKB', { expiresAt: NOW + 1000 }))
    await assert.rejects(store.callerKeys.replace('CSKB', callerKeyRecord('CSKA'), NOW + 5000, NOW), isConflict)
    assert.equal((await store.callerKeys.find('CSKB'))?.successor, undefined)
    assert.equal(await store.callerKeys.replace('CSKB', callerKeyRecord('CSKC'), NOW + 5000, NOW), 'replaced')
    assert.equal((await store.callerKeys.find('CSKB'))?.expiresAt, NOW + 1000)
  })

  promise('[I03] a change and a removal append their cut-offs; what was made with a key goes with it', async (store) => {
    await withUser(store)
    await store.callerKeys.add(callerKeyRecord('CSKA'))
    await store.callerKeys.add(callerKeyRecord('CSKB', { parent: 'CSKA' }))
    const settings = { ...callerKeyRecord('CSKA').settings, scope: [] }
    const appended = await appendedBy(store, async () => {
      assert.deepEqual(
        await store.callerKeys.update('CSKA', () => ({ settings, expiresAt: NOW + 1 }), NOW),
        callerKeyRecord('CSKA', { settings, expiresAt: NOW + 1 }),
      )
      assert.equal(await store.callerKeys.update('CSKX', () => ({ settings, expiresAt: undefined }), NOW), undefined)
      const counts = await askAtOnce(10, () => store.callerKeys.remove('CSKA', NOW))
      assert.deepEqual(
        counts,
        new Map([
          [true, 1],
          [false, 9],
        ]),
      )
    })
    assert.ok(appended.slice(0, 2).every((entry) => entry.endsWith(' soft')))
    assert.deepEqual([...appended].sort(), [
      'cutoff client:CSKA hard',
      'cutoff client:CSKA soft',
      'cutoff client:CSKB hard',
      'cutoff client:CSKB soft',
    ])
    assert.equal(await store.callerKeys.find('CSKB'), undefined)
  })

  promise('what was made with a key is cut off softly when it changes, and hangs on its successor when it is replaced', async (store) => {
    await withUser(store)
    await store.callerKeys.add(callerKeyRecord('CSKA'))
    await store.callerKeys.add(callerKeyRecord('CSKB', { parent: 'CSKA' }))
    await store.callerKeys.add(callerKeyRecord('CSKC'))
    const { settings } = callerKeyRecord('CSKA')
    const appended = await appendedBy(store, () => store.callerKeys.update('CSKA', () => ({ settings, expiresAt: undefined }), NOW))
    assert.deepEqual([...appended].sort(), ['cutoff client:CSKA soft', 'cutoff client:CSKB soft'])
    assert.equal(await store.callerKeys.replace('CSKA', callerKeyRecord('CSKN'), NOW + 5000, NOW), 'replaced')
    assert.equal((await store.callerKeys.find('CSKB'))?.parent, 'CSKN')
    assert.equal((await store.callerKeys.find('CSKC'))?.parent, undefined)
    assert.equal(await store.callerKeys.remove('CSKA', NOW), true)
    assert.notEqual(await store.callerKeys.find('CSKB'), undefined)
    assert.equal(await store.callerKeys.remove('CSKN', NOW), true)
    assert.equal(await store.callerKeys.find('CSKB'), undefined)
  })

  promise('a change does not prolong a key that was replaced', async (store) => {
    await withUser(store)
    const { settings } = callerKeyRecord('CSKA')
    await store.callerKeys.add(callerKeyRecord('CSKA'))
    await store.callerKeys.replace('CSKA', callerKeyRecord('CSKN'), NOW + 5000, NOW)
    const endAfter = async (expiresAt: number | undefined): Promise<number | undefined> =>
      (await store.callerKeys.update('CSKA', () => ({ settings, expiresAt }), NOW))?.expiresAt
    assert.equal(await endAfter(undefined), NOW + 5000)
    assert.equal(await endAfter(NOW + HOUR_MS), NOW + 5000)
    assert.equal(await endAfter(NOW + 1000), NOW + 1000)
  })

  promise('what an owner has set on a key is kept as it is', async (store) => {
    await withUser(store)
    const settings = { ...callerKeyRecord('CSKA').settings, disabled: true, rotateBy: NOW + 7, rotateEverySeconds: 3600 } as const
    await store.callerKeys.add(callerKeyRecord('CSKA', { settings }))
    assert.deepEqual((await store.callerKeys.find('CSKA'))?.settings, settings)
    assert.deepEqual(
      (await store.callerKeys.update('CSKA', () => callerKeyRecord('CSKA'), NOW))?.settings,
      callerKeyRecord('CSKA').settings,
    )
  })

  promise('the secret of a key is sealed anew once, without a word to verifiers', async (store) => {
    await withUser(store)
    const key = callerKeyRecord('CSKA', { material: 'old', settings: { ...callerKeyRecord('CSKA').settings, disabled: true } })
    await store.callerKeys.add(key)
    const appended = await appendedBy(store, async () => {
      const outcomes = await Promise.all(Array.from({ length: 4 }, (_, at) => store.callerKeys.reseal('CSKA', 'old', `new ${at}`)))
      assert.equal(outcomes.filter((isDone) => isDone).length, 1)
      const { material } = (await store.callerKeys.find('CSKA')) ?? {}
      assert.equal(material, `new ${outcomes.indexOf(true)}`)
      assert.deepEqual(await store.callerKeys.find('CSKA'), { ...key, material })
      assert.equal(await store.callerKeys.reseal('CSKX', 'old', 'new'), false)
    })
    assert.deepEqual(appended, [])
  })

  promise('[I02] of two changes at once none undoes the other: a key that was switched off stays it', async (store) => {
    await withUser(store)
    await store.callerKeys.add(callerKeyRecord('CSKA'))
    await Promise.all(
      [{ disabled: true as const }, { name: 'renamed' }].map((change) =>
        store.callerKeys.update('CSKA', ({ settings, expiresAt }) => ({ settings: { ...settings, ...change }, expiresAt }), NOW),
      ),
    )
    const { name, disabled } = (await store.callerKeys.find('CSKA'))?.settings ?? {}
    assert.deepEqual([name, disabled], ['renamed', true])
    const failing = store.callerKeys.update('CSKA', () => assert.fail('not so'), NOW)
    await assert.rejects(failing, /not so/)
  })

  promise('[I03] the keys of a service go with it', async (store) => {
    await store.services.add(credentialRecord('svc_a'))
    await store.callerKeys.add(callerKeyRecord('CSKA', { owner: { kind: 'service', id: 'svc_a' } }))
    const appended = await appendedBy(store, async () => assert.equal(await store.services.remove('svc_a', NOW), true))
    assert.deepEqual([...appended].sort(), ['credential key:svc_a hard', 'cutoff client:CSKA hard'])
    assert.equal(await store.callerKeys.find('CSKA'), undefined)
  })

  promise('what has expired is dropped, so many at a time, and nothing else', async (store) => {
    await withUser(store)
    for (const id of ['CSKA', 'CSKB', 'CSKC']) await store.callerKeys.add(callerKeyRecord(id, { expiresAt: NOW + 1 }))
    await store.callerKeys.add(callerKeyRecord('CSKD', { expiresAt: NOW + 2 }))
    await store.callerKeys.add(callerKeyRecord('CSKE'))
    assert.equal(await store.callerKeys.dropExpired(NOW, 10), 0)
    assert.equal(await store.callerKeys.dropExpired(NOW + 1, 2), 2)
    assert.equal(await store.callerKeys.dropExpired(NOW + 1, 2), 1)
    const left = await store.callerKeys.list({ kinds: ['hmac'], limit: 10 })
    assert.deepEqual(
      left.map(({ id }) => id),
      ['CSKD', 'CSKE'],
    )
  })

  promise('when keys were last used is written for many at once, and never earlier than it was; nobody hears of it', async (store) => {
    await withUser(store)
    for (const id of ['CSKA', 'CSKB']) await store.callerKeys.add(callerKeyRecord(id))
    assert.equal((await store.callerKeys.find('CSKA'))?.lastUsedAt, undefined)
    const uses = [
      { id: 'CSKA', at: NOW + 5 },
      { id: 'CSKB', at: NOW + 6 },
      { id: 'CSKX', at: NOW + 7 },
    ]
    const appended = await appendedBy(store, async () => {
      await store.callerKeys.noteUses(uses)
      await store.callerKeys.noteUses([{ id: 'CSKA', at: NOW + 4 }])
      await store.callerKeys.noteUses([])
    })
    assert.deepEqual(appended, [])
    const found = [await store.callerKeys.find('CSKA'), (await store.callerKeys.issue('CSKB', NOW))?.key]
    assert.deepEqual(
      found.map((key) => key?.lastUsedAt),
      [NOW + 5, NOW + 6],
    )
  })
}
