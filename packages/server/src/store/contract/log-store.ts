import assert from 'node:assert/strict'
import { nextEpoch, ORIGIN, ORIGIN_HASH, type PlacedEntry, type Target } from 'countersign/revocation'
import { credentialRecord, CUTOFF_LIFE_MS, keyRecord, NOW, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, assertChainHolds, entriesAfter, type OpenStore, promises } from './suite.ts'

const hard: readonly (readonly [Target, ended: readonly string[]])[] = [
  [{ kind: 'everyone', id: '' }, ['ses_a', 'ses_b', 'ses_c']],
  [{ kind: 'client', id: 'app' }, ['ses_b']],
  [{ kind: 'user', id: 'usr_1' }, ['ses_a', 'ses_b']],
  [{ kind: 'session', id: 'ses_c' }, ['ses_c']],
]

const soft: readonly Target[] = [
  { kind: 'issuer', id: '' },
  { kind: 'role', id: 'staff' },
  { kind: 'group', id: 'g1' },
  { kind: 'token', id: 'ses_a' },
  { kind: 'key', id: 'ses_a' },
]

/** What `LogStore` promises, for any store. */
export function logStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('an empty log ends at the origin', async (store) => {
    assert.deepEqual(await store.log.head(), { position: ORIGIN, hash: ORIGIN_HASH })
    assert.deepEqual(await store.log.entriesAfter(ORIGIN, 10), [])
    assert.deepEqual(await store.log.keptAfter(ORIGIN, 10), [])
  })

  promise('[I02] a hard revocation ends exactly the sessions behind its target, a soft one none', async (store) => {
    for (const [target, ended] of hard) {
      const sessions = [
        sessionRecord('ses_a', 'usr_1'),
        sessionRecord('ses_b', 'usr_1', { client: 'app' }),
        sessionRecord('ses_c', 'usr_2'),
      ]
      for (const session of sessions) if ((await store.sessions.find(session.id)) === undefined) await signedIn(store, session)
      await store.log.revoke({ target, mode: 'soft', at: NOW })
      for (const { id } of sessions) assert.notEqual(await store.sessions.find(id), undefined)
      const entry = await store.log.revoke({ target, mode: 'hard', at: NOW })
      assert.deepEqual([entry.target, entry.mode, entry.expiresAt], [target, 'hard', NOW + CUTOFF_LIFE_MS])
      for (const { id } of sessions)
        assert.equal((await store.sessions.find(id)) === undefined, ended.includes(id), `${target.kind}: ${id}`)
    }
  })

  promise('a token, key, role, group or issuer is cut off only, even when hard was asked for', async (store) => {
    await signedIn(store, sessionRecord('ses_a', 'usr_1'))
    for (const target of soft) assert.equal((await store.log.revoke({ target, mode: 'hard', at: NOW })).mode, 'soft')
    assert.notEqual(await store.sessions.find('ses_a'), undefined)
  })

  promise('entries are read from any position, oldest first, no more than asked', async (store) => {
    for (let n = 1; n <= 5; n++) await store.log.revoke({ target: { kind: 'token', id: `t${n}` }, mode: 'soft', at: NOW })
    const positions = async (after: number, limit: number) => {
      const entries = await store.log.entriesAfter(after, limit)
      return entries === 'forgotten' ? entries : entries.map(({ position }) => position)
    }
    assert.deepEqual(await positions(0, 2), [1, 2])
    assert.deepEqual(await positions(2, 10), [3, 4, 5])
    assert.deepEqual(await positions(5, 10), [])
    assert.equal(await positions(6, 10), 'forgotten', 'a position that the log has not reached')
  })

  promise('pages up to a head are one picture, whoever appends and whatever is forgotten between them', async (store) => {
    const cut = (id: string, at: number) => store.log.revoke({ target: { kind: 'user', id }, mode: 'hard', at })
    const placed = ({ position, at, kind, target, mode, expiresAt }: PlacedEntry) => ({ position, at, kind, target, mode, expiresAt })
    const page = async (after: number, limit: number) => (await store.log.keptAfter(after, limit)).map(placed)
    const first = await cut('usr_1', NOW)
    const rest = [await cut('usr_2', NOW + 10), await cut('usr_1', NOW + 20), await cut('usr_3', NOW + 30)]
    const { position } = await store.log.head()
    assert.deepEqual(await page(ORIGIN, 2), [first, ...rest].slice(0, 2).map(placed))
    await cut('usr_4', NOW + 40)
    await store.log.forget(NOW + CUTOFF_LIFE_MS)
    const kept = await page(ORIGIN, 10)
    assert.deepEqual(
      kept.filter((entry) => entry.position <= position),
      rest.map(placed),
    )
    assert.deepEqual(
      (await page(first.position + 1, 2)).map((entry) => entry.position),
      [first.position + 2, first.position + 3],
    )
    assert.deepEqual(await page(position + 1, 10), [])
  })

  promise('[I12] forgetting drops expired entries from the old end, never a living one, never the head', async (store) => {
    const cut = (at: number) => store.log.revoke({ target: { kind: 'token', id: `t${at}` }, mode: 'soft', at })
    for (const at of [NOW, NOW, NOW + 50, NOW, NOW + 60]) await cut(at)
    assert.equal(await store.log.forget(NOW + CUTOFF_LIFE_MS - 1), 0)
    assert.equal(await store.log.forget(NOW + CUTOFF_LIFE_MS), 2)
    assert.equal(await store.log.entriesAfter(1, 10), 'forgotten')
    assert.equal((await entriesAfter(store, 2)).length, 3)
    const head = await store.log.head()
    assert.equal(await store.log.forget(NOW + CUTOFF_LIFE_MS * 10), 2)
    assert.deepEqual(await store.log.head(), head)
    assert.equal((await entriesAfter(store, 4)).length, 1)
    assert.equal(await store.log.forget(NOW + CUTOFF_LIFE_MS * 10), 0)
    assert.equal((await cut(NOW)).position, 6)
  })

  promise('[I19] a new epoch starts past every position of the old one and ends every session', async (store) => {
    await signedIn(store, sessionRecord('ses_a', 'usr_1'))
    const before = await store.log.revoke({ target: { kind: 'token', id: 't1' }, mode: 'soft', at: NOW })
    const entry = await store.log.openEpoch(NOW + 1)
    assert.equal(entry.position, nextEpoch(before.position, NOW + 1))
    assert.ok(entry.position > before.position)
    assert.deepEqual([entry.kind, entry.target, entry.mode], ['epoch', { kind: 'everyone', id: '' }, 'hard'])
    assert.equal(await store.sessions.find('ses_a'), undefined)
    assert.equal((await store.log.revoke({ target: { kind: 'token', id: 't2' }, mode: 'soft', at: NOW })).position, entry.position + 1)
    assert.deepEqual(
      (await entriesAfter(store, before.position)).map(({ position }) => position),
      [entry.position, entry.position + 1],
    )
    const again = await store.log.openEpoch(NOW + 2)
    assert.equal(again.position, nextEpoch(entry.position + 1, NOW + 2))
    assert.ok(again.position > entry.position + 1)
  })

  promise('listeners hear of a commit that appended when it can be read, until they are cancelled', async (store) => {
    const { log } = store
    const heard: Promise<number>[] = []
    const cancel = log.onAppend(() => void heard.push(log.head().then(({ position }) => position)))
    await log.revoke({ target: { kind: 'token', id: 't1' }, mode: 'soft', at: NOW })
    await store.ping()
    assert.deepEqual(await Promise.all(heard), [1])
    cancel()
    await log.revoke({ target: { kind: 'token', id: 't2' }, mode: 'soft', at: NOW })
    await store.ping()
    assert.equal(heard.length, 1)
  })

  promise('[I07] 200 concurrent changes of all kinds leave a chain without a gap', async (store) => {
    await store.keys.initialise([keyRecord('k1', 'current'), keyRecord('k2', 'next')])
    for (let n = 0; n < 20; n++) await signedIn(store, sessionRecord(`ses_${n}`, `usr_${n}`))
    const changes = [
      (n: number) => store.log.revoke({ target: { kind: 'token', id: `t${n}` }, mode: 'soft', at: NOW + n }),
      (n: number) => store.sessions.end(`ses_${n % 20}`, NOW + n),
      (n: number) => store.users.setRoles(`usr_${n % 20}`, [`r${n}`], NOW + n),
      (n: number) => store.sessions.open({ session: sessionRecord(`new_${n}`, `usr_${n % 20}`), passwordGeneration: 1, single: true }),
      (n: number) => store.log.revoke({ target: { kind: 'user', id: `usr_${n % 20}` }, mode: 'hard', at: NOW + n }),
      (n: number) => store.keys.revoke({ kid: n % 2 === 0 ? 'k1' : 'k2', next: keyRecord(`k${n}-next`, 'next'), at: NOW + n }),
      (n: number) => store.users.setStatus(`usr_${n % 20}`, n % 2 === 0 ? 'suspended' : 'active', NOW + n),
    ]
    await Promise.all(Array.from({ length: 200 }, (_, n) => changes[n % changes.length]?.(n) ?? assert.fail()))
    const entries = await assertChainHolds(store)
    assert.ok(entries.length > 100, `${entries.length} entries`)
  })

  promise('[I03] a change whose entry cannot be written leaves neither change nor entry', async (store) => {
    const NO_TIME = 0.5
    const session = await signedIn(store, sessionRecord('ses_a', 'usr_1'))
    await store.services.add(credentialRecord('svc_a'))
    await store.keys.initialise([keyRecord('k1', 'current'), keyRecord('k2', 'next')])
    const keys = await store.keys.all()
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => store.sessions.end('ses_a', NO_TIME),
      () => store.sessions.endAll('usr_1', undefined, NO_TIME),
      () => store.sessions.open({ session: sessionRecord('ses_b', 'usr_1', { createdAt: NO_TIME }), passwordGeneration: 1, single: true }),
      () => store.log.revoke({ target: { kind: 'everyone', id: '' }, mode: 'hard', at: NO_TIME }),
      () => store.log.openEpoch(NO_TIME),
      () => store.users.setStatus('usr_1', 'suspended', NO_TIME),
      () => store.users.setRoles('usr_1', ['admin'], NO_TIME),
      () => store.users.setGroups('usr_1', ['g1'], NO_TIME),
      () => store.users.changePassword({ user: 'usr_1', fromGeneration: 1, hash: 'phc-2', keepSession: undefined, at: NO_TIME }),
      () => store.services.remove('svc_a', NO_TIME),
      () => store.keys.revoke({ kid: 'k1', next: keyRecord('k3', 'next'), at: NO_TIME }),
      () => store.keys.rotate({ purpose: 'access-token', from: 'k1', next: keyRecord('k3', 'next'), verifyUntil: NOW, at: NO_TIME }),
    ]
    const appended = await appendedBy(store, async () => {
      for (const attempt of attempts) await assert.rejects(attempt())
      // All at once too, with a neighbour that is well and must be committed.
      const outcomes = await Promise.allSettled([...attempts.map((attempt) => attempt()), store.users.create(userRecord('usr_2'), 'phc')])
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        [...attempts.map(() => 'rejected'), 'fulfilled'],
      )
    })
    assert.deepEqual(appended, [])
    assert.deepEqual(await store.sessions.find('ses_a'), session)
    assert.equal(await store.sessions.find('ses_b'), undefined)
    assert.deepEqual(await store.users.find('usr_1'), userRecord('usr_1'))
    assert.equal((await store.users.findPassword('usr_1'))?.generation, 1)
    assert.notEqual(await store.services.find('svc_a'), undefined)
    assert.deepEqual(await store.keys.all(), keys)
    assert.notEqual(await store.users.find('usr_2'), undefined)
  })
}
