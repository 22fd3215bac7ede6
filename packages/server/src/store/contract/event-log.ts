import assert from 'node:assert/strict'
import type { Position } from 'countersign/revocation'
import type { Cause, Occurrence } from '../../delivery/event-log.ts'
import type { Store } from '../store.ts'
import { credentialRecord, CUTOFF_LIFE_MS, keyRecord, NOW, sessionRecord, signedIn } from './record.ts'
import { entriesAfter, type OpenStore, promises } from './suite.ts'

async function occurrencesAfter(store: Store, position: Position, limit = 100): Promise<readonly Occurrence[]> {
  const occurrences = await store.events.after(position, limit)
  assert.ok(occurrences !== 'forgotten')
  return occurrences
}

type Told = readonly [what: string, change: (store: Store) => Promise<unknown>, target: string, cause: Cause]

const told: readonly Told[] = [
  ['a session that its user ends', (store) => store.sessions.end('ses_a', NOW), 'session:ses_a', { user: 'usr_a' }],
  ['all of the sessions of a user', (store) => store.sessions.endAll('usr_a', undefined, NOW), 'session:ses_a', { user: 'usr_a' }],
  [
    'a session that an operator revokes',
    (store) => store.log.revoke({ target: { kind: 'session', id: 'ses_a' }, mode: 'hard', at: NOW, reason: 'lost' }),
    'session:ses_a',
    { user: 'usr_a', reason: 'lost' },
  ],
  [
    'a session that is not there',
    (store) => store.log.revoke({ target: { kind: 'session', id: 'ses_x' }, mode: 'hard', at: NOW }),
    'session:ses_x',
    {},
  ],
  [
    'a session whose tokens alone are revoked',
    (store) => store.log.revoke({ target: { kind: 'session', id: 'ses_a' }, mode: 'soft', at: NOW }),
    'session:ses_a',
    {},
  ],
  [
    'a session whose refresh token was in two hands',
    (store) => store.sessions.end('ses_a', NOW, true),
    'session:ses_a',
    { user: 'usr_a', theft: true },
  ],
  [
    'everyone, revoked for a reason',
    (store) => store.log.revoke({ target: { kind: 'everyone', id: '' }, mode: 'hard', at: NOW, reason: 'ein Verdacht: „ß“' }),
    'everyone:',
    { reason: 'ein Verdacht: „ß“' },
  ],
  [
    'a changed password',
    (store) => store.users.changePassword({ user: 'usr_a', fromGeneration: 1, hash: 'phc-2', keepSession: undefined, at: NOW }),
    'user:usr_a',
    { credential: 'password' },
  ],
  ['a suspended account', (store) => store.users.setStatus('usr_a', 'suspended', NOW), 'user:usr_a', {}],
  ['changed roles', (store) => store.users.setRoles('usr_a', ['staff'], NOW), 'user:usr_a', { claims: { roles: ['staff'] } }],
  ['groups taken away', (store) => store.users.setGroups('usr_a', [], NOW), 'user:usr_a', { claims: { groups: [] } }],
  ['a removed service credential', (store) => store.services.remove('svc_a', NOW), 'key:svc_a', {}],
  ['a new epoch', (store) => store.log.openEpoch(NOW), 'everyone:', {}],
]

/** What `EventLog` promises, for any store. */
export function eventLogContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  for (const [what, change, target, cause] of told) {
    promise(`the log of events says what stands behind ${what}`, async (store) => {
      await signedIn(store, sessionRecord('ses_a', 'usr_a'))
      await store.services.add(credentialRecord('svc_a'))
      await store.keys.initialise([keyRecord('k1', 'current')])
      const { position } = await store.events.head()
      await change(store)
      const occurrences = await occurrencesAfter(store, position)
      assert.deepEqual(
        occurrences.map(({ entry, cause }) => [`${entry.target.kind}:${entry.target.id}`, cause]),
        [[target, cause]],
      )
    })
  }

  promise('the log of events has the entries of the log, in their order and up to the limit, and the same end', async (store) => {
    for (let n = 0; n < 5; n++) await store.log.revoke({ target: { kind: 'token', id: `t${n}` }, mode: 'soft', at: NOW + n })
    const entries = await entriesAfter(store, 1)
    const occurrences = await occurrencesAfter(store, 1)
    assert.deepEqual(
      occurrences.map(({ entry: { position, at, kind, target, mode, expiresAt } }) => ({ position, at, kind, target, mode, expiresAt })),
      entries.map(({ hash: _, ...entry }) => entry),
    )
    assert.deepEqual(await occurrencesAfter(store, 1, 2), occurrences.slice(0, 2))
    assert.deepEqual(await store.events.head(), await store.log.head())
    assert.deepEqual(await occurrencesAfter(store, (await store.events.head()).position), [])
  })

  promise('the log of events tells what it has forgotten, and a place that it never came to', async (store) => {
    for (let n = 0; n < 3; n++) {
      await store.log.revoke({ target: { kind: 'user', id: `u${n}` }, mode: 'hard', at: NOW + n * CUTOFF_LIFE_MS, reason: 'r' })
    }
    await store.log.forget(NOW + CUTOFF_LIFE_MS)
    assert.equal(await store.events.after(0, 10), 'forgotten')
    assert.equal(await store.events.after(99, 10), 'forgotten')
    assert.deepEqual(
      (await occurrencesAfter(store, 1)).map(({ cause }) => cause),
      [{ reason: 'r' }, { reason: 'r' }],
    )
  })

  promise('whoever follows the log of events is told of a commit that appended', async (store) => {
    let told = 0
    const cancel = store.events.onAppend(() => void told++)
    await store.log.revoke({ target: { kind: 'user', id: 'u' }, mode: 'hard', at: NOW })
    await Promise.resolve()
    assert.ok(told >= 1)
    cancel()
  })
}
