import assert from 'node:assert/strict'
import { type RevocationMode, type Target, targetKinds } from 'countersign/revocation'
import type { Actor } from '../../audit/index.ts'
import type { HistoryPage, Reach } from '../../revocation/log-history.ts'
import { type HistoryReader, historyPage } from '../log-history-page.ts'
import type { Store } from '../store.ts'
import { auditScene } from './audit-store.ts'
import { artifactRecord } from './oauth-store.ts'
import { CUTOFF_LIFE_MS, credentialRecord, NOW, sessionRecord, signedIn } from './record.ts'
import { type OpenStore, promises } from './suite.ts'

const cut = (store: Store, kind: Target['kind'], id: string, at = NOW, reason?: string) =>
  store.log.revoke({ target: { kind, id }, mode: 'soft', at, reason })

const ids = async (store: Store, page: Partial<HistoryPage>): Promise<readonly string[]> =>
  (await store.logHistory.page({ limit: 100, ...page })).entries.map(({ entry }) => entry.target.id)

const nothing: Reach = { sessions: 0, people: 0, grants: 0, renewing: 0, isAtLeast: false }

/** Three people who live, two of them by `app`; a session that is over; and what two applications hold. */
async function populated(store: Store): Promise<void> {
  await signedIn(store, sessionRecord('ses_a1', 'usr_a'))
  await signedIn(store, sessionRecord('ses_a2', 'usr_a', { client: 'app' }))
  await signedIn(store, sessionRecord('ses_b', 'usr_b', { client: 'app' }))
  await signedIn(store, sessionRecord('ses_c', 'usr_c'))
  await signedIn(store, sessionRecord('ses_over', 'usr_c', { client: 'app', idleExpiresAt: NOW }))
  const grants = { g_a1: ['usr_a', 'cli_1'], g_a2: ['usr_a', 'cli_2'], g_b: ['usr_b', 'cli_1'], g_c: ['usr_c', 'cli_1'] } as const
  for (const [id, [user, client]] of Object.entries(grants)) await store.oauth.putGrant({ id, user, client, payload: '{}', changedAt: NOW })
  const hold = (id: string, grant: keyof typeof grants, session: string | undefined, change = {}) =>
    store.oauth.put(artifactRecord(id, { grant, user: grants[grant][0], client: grants[grant][1], session, ...change }))
  await hold('r1', 'g_a1', 'ses_a1')
  await hold('r2', 'g_a1', 'ses_a2')
  await hold('r3', 'g_a2', 'ses_a2')
  await hold('r4', 'g_b', undefined)
  await hold('r5', 'g_b', 'ses_b', { expiresAt: NOW })
  await hold('r6', 'g_c', 'ses_over')
}

const ends = (sessions: number, people: number, grants: number): Reach => ({ ...nothing, sessions, people, grants })
const renews = (renewing: number | undefined): Reach => ({ ...nothing, renewing })

const reaches: ReadonlyArray<readonly [kind: Target['kind'], id: string, mode: RevocationMode, reach: Reach]> = [
  ['everyone', '', 'hard', ends(4, 3, 3)],
  ['everyone', '', 'soft', renews(4)],
  ['client', 'app', 'hard', ends(2, 2, 2)],
  ['client', 'app', 'soft', renews(2)],
  ['client', 'cli_1', 'hard', ends(0, 0, 2)],
  ['client', 'cli_2', 'hard', ends(0, 0, 1)],
  ['user', 'usr_a', 'hard', ends(2, 1, 2)],
  ['user', 'usr_a', 'soft', renews(2)],
  ['user', 'usr_b', 'hard', ends(1, 1, 1)],
  ['user', 'usr_c', 'hard', ends(1, 1, 0)],
  ['user', 'https://other.example#usr_a', 'hard', nothing],
  ['session', 'ses_a2', 'hard', ends(1, 1, 2)],
  ['session', 'ses_a2', 'soft', renews(1)],
  ['session', 'ses_over', 'hard', nothing],
  ['issuer', '', 'soft', renews(4)],
  ['issuer', 'https://other.example', 'soft', nothing],
  ['role', 'staff', 'soft', renews(undefined)],
  ['group', 'g', 'soft', renews(undefined)],
  ['token', 'jti_a', 'soft', renews(undefined)],
  ['key', 'kid_a', 'soft', renews(undefined)],
]

/** What `LogHistory` promises, for any store. */
export function logHistoryContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[J02] the log is read by pages, newest first, and by target', async (store) => {
    for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) await cut(store, at % 2 === 0 ? 'user' : 'token', id, NOW + at)
    await cut(store, 'everyone', '', NOW + 4)
    assert.deepEqual(await ids(store, {}), ['', 'd', 'c', 'b', 'a'])
    assert.deepEqual(await ids(store, { limit: 2 }), ['', 'd'])
    assert.deepEqual(await ids(store, { limit: 2, before: 4 }), ['c', 'b'])
    assert.deepEqual(await ids(store, { kind: 'user' }), ['c', 'a'])
    assert.deepEqual(await ids(store, { kind: 'user', before: 3 }), ['a'])
    assert.deepEqual(await ids(store, { kind: 'everyone' }), [''])
    assert.deepEqual(await ids(store, { id: 'b' }), ['b'])
    assert.deepEqual(await ids(store, { kind: 'user', id: 'b' }), [])
    assert.deepEqual(await ids(store, { since: NOW + 2 }), ['', 'd', 'c'])
    assert.deepEqual(await ids(store, { since: NOW + 2, before: 5, kind: 'user' }), ['c'])
    assert.deepEqual(await ids(store, { since: NOW + 5 }), [])
    const [{ entry } = assert.fail()] = (await store.logHistory.page({ limit: 1 })).entries
    assert.deepEqual(
      { ...entry, hash: undefined },
      {
        ...{ position: 5, at: NOW + 4, kind: 'cutoff', target: { kind: 'everyone', id: '' }, mode: 'soft' },
        ...{ expiresAt: NOW + 4 + CUTOFF_LIFE_MS, hash: undefined },
      },
    )
  })

  promise(
    '[J02] what is looked for is found a part of the log at a time, each entry once, and the last page says that it is',
    async (store) => {
      const reader = store.logHistory
      assert.ok('select' in reader && 'end' in reader)
      for (let n = 0; n < 6; n++) await cut(store, n % 5 === 0 ? 'user' : 'token', `t${n}`, NOW + n)
      await store.log.openEpoch(NOW + 6)
      for (let n = 7; n < 20; n++) await cut(store, n % 5 === 0 ? 'user' : 'token', `t${n}`, NOW + n)
      const walk = async (selected: Partial<HistoryPage>, windows: number): Promise<readonly (readonly string[])[]> => {
        const pages: string[][] = []
        for (let before: number | undefined; ; ) {
          const { entries, next } = await historyPage(reader as HistoryReader, { limit: 2, before, ...selected }, 3, windows)
          pages.push(entries.map(({ entry }) => entry.target.id))
          if (next === undefined) return pages
          before = next
        }
      }
      assert.deepEqual(await walk({ kind: 'user' }, 2), [['t15'], ['t10'], ['t5'], ['t0']])
      assert.deepEqual(await walk({ kind: 'user' }, 100), [
        ['t15', 't10'],
        ['t5', 't0'],
      ])
      assert.deepEqual((await walk({ kind: 'token' }, 1)).flat(), await ids(store, { kind: 'token' }))
      assert.deepEqual((await walk({ id: 't1' }, 1)).flat(), ['t1'])
      assert.deepEqual(await walk({ id: 'nobody' }, 100), [[]])
      assert.deepEqual((await walk({ kind: 'user', since: NOW + 1 }, 1)).flat(), ['t15', 't10', 't5'])
      assert.deepEqual((await walk({ since: NOW + 3 }, 1)).flat().length, 17)
      for (let n = 0; n < 20; n++) assert.equal((await ids(store, { since: NOW + n })).length, 20 - n, `since ${n}`)
      assert.deepEqual(await ids(store, { since: NOW + 20 }), [])
    },
  )

  promise('[J02] an entry says who has made it, by what and why; what nobody does has nobody', async (store) => {
    const { audit } = await auditScene(store)
    const doing = (operation: string, actor: Actor, work: () => Promise<unknown>) => audit.during({ operation, actor }, work)
    await cut(store, 'user', 'before')
    await doing('revoke', { kind: 'user', id: 'usr_admin', session: 'ses_admin' }, () => cut(store, 'user', 'asked', NOW, 'lost phone'))
    await doing('revokeSigningKey', { kind: 'local' }, async () => {
      await store.services.add(credentialRecord('svc_a'))
      await store.services.remove('svc_a', NOW)
      await cut(store, 'key', 'second change of one act')
    })
    await cut(store, 'user', 'afterwards')
    await audit.stop()
    const { entries: found } = await store.logHistory.page({ limit: 100 })
    assert.deepEqual(
      found.map(({ entry, reason, deed }) => [entry.target.id, deed?.operation, deed?.actor, reason]),
      [
        ['afterwards', undefined, undefined, undefined],
        ['second change of one act', 'revokeSigningKey', { kind: 'local' }, undefined],
        ['svc_a', 'revokeSigningKey', { kind: 'local' }, undefined],
        ['asked', 'revoke', { kind: 'user', id: 'usr_admin' }, 'lost phone'],
        ['before', undefined, undefined, undefined],
      ],
    )
  })

  promise('[J02] of thirty who revoke at once each entry has its own', async (store) => {
    const { audit } = await auditScene(store)
    const revoke = (n: number): Promise<unknown> =>
      n % 3 === 0
        ? cut(store, 'user', `usr_${n}`)
        : audit.during({ operation: 'revoke', actor: { kind: 'user', id: `usr_${n}`, by: 'key' } }, () => cut(store, 'user', `usr_${n}`))
    await Promise.all(Array.from({ length: 30 }, (_, n) => revoke(n)))
    await audit.stop()
    for (const { entry, deed } of (await store.logHistory.page({ limit: 100 })).entries) {
      const n = Number(entry.target.id.slice(4))
      const by = { operation: 'revoke', actor: { kind: 'user', id: `usr_${n}`, by: 'key' } }
      assert.deepEqual(deed, n % 3 === 0 ? undefined : by)
    }
  })

  promise('[J02] entries are counted, across a new epoch too, and as far as they are kept', async (store) => {
    const standing = (now = NOW, since = NOW) => store.logHistory.standing(now, since)
    assert.deepEqual(await standing(), { head: 0, headAt: undefined, living: 0, since: 0, keptSince: undefined })
    for (let n = 0; n < 5; n++) await cut(store, 'user', `usr_${n}`, NOW + n)
    const { position } = await store.log.openEpoch(NOW + 10)
    for (let n = 0; n < 3; n++) await cut(store, 'user', `usr_${n}`, NOW + 20 + n)
    const head = { head: position + 3, headAt: NOW + 22 }
    assert.deepEqual(await standing(), { ...head, living: 9, since: 9, keptSince: undefined })
    assert.deepEqual(await standing(NOW, NOW + 3), { ...head, living: 9, since: 6, keptSince: undefined })
    assert.deepEqual(await standing(NOW, NOW + 21), { ...head, living: 9, since: 2, keptSince: undefined })
    assert.deepEqual(await standing(NOW, NOW + 23), { ...head, living: 9, since: 0, keptSince: undefined })
    const later = NOW + CUTOFF_LIFE_MS + 2
    assert.deepEqual(await standing(later), { ...head, living: 6, since: 9, keptSince: undefined })
    await store.log.forget(later)
    assert.deepEqual(await standing(later), { ...head, living: 6, since: 6, keptSince: NOW + 3 })
    assert.deepEqual(await ids(store, {}), ['usr_2', 'usr_1', 'usr_0', '', 'usr_4', 'usr_3'])
    await store.log.forget(NOW + CUTOFF_LIFE_MS + 4)
    assert.deepEqual(await standing(later), { ...head, living: 4, since: 4, keptSince: NOW + 10 })
    await store.log.forget(later + 100)
    assert.deepEqual(await standing(later + 100), { ...head, living: 0, since: 1, keptSince: NOW + 22 })
  })

  promise('[J02] what a revocation would end is what it ends, for every kind of target, and to ask changes nothing', async (store) => {
    await populated(store)
    assert.deepEqual(new Set(reaches.map(([kind]) => kind)), new Set(targetKinds))
    for (const [kind, id, mode, reach] of reaches) {
      assert.deepEqual(await store.logHistory.reach({ kind, id }, mode, NOW), reach, `${kind}:${id} ${mode}`)
    }
    assert.equal((await store.log.head()).position, 0)
    const living = async (): Promise<number> => [...(await store.sessions.countByKey(NOW)).values()].reduce((sum, count) => sum + count, 0)
    for (const target of [
      { kind: 'session', id: 'ses_a2' },
      { kind: 'client', id: 'app' },
      { kind: 'everyone', id: '' },
    ] as const) {
      const before = await living()
      const { sessions } = await store.logHistory.reach(target, 'hard', NOW)
      await store.log.revoke({ target, mode: 'hard', at: NOW })
      assert.equal(before - (await living()), sessions, target.kind)
      assert.deepEqual(await store.logHistory.reach(target, 'hard', NOW), nothing)
    }
  })
}
