import assert from 'node:assert/strict'
import type { CallerKeySettings } from '../../credential/caller-key.ts'
import type { StoredRole } from '../../credential/role-store.ts'
import type { Store } from '../store.ts'
import { clientRecord } from './oauth-store.ts'
import { callerKeyRecord, credentialRecord, NOW, rotationOf, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, askAtOnce, assertChainHolds, type OpenStore, promises } from './suite.ts'

const USER = 'usr_a'
const LIMIT = 100

const roleRecord = (name: string, scope: readonly string[], changedAt: number = NOW): StoredRole => ({ name, scope, changedAt })
const set = (store: Store, name: string, ...scope: readonly string[]) => store.roles.set(roleRecord(name, scope), LIMIT)

/** A person with a role and a session. */
async function withStaff(store: Store): Promise<void> {
  await store.users.create(userRecord(USER, { roles: ['staff', 'none'] }), 'phc-1')
  await signedIn(store, sessionRecord('ses_a', USER))
}

const storedFor = async (store: Store) => (await store.sessions.issuance('ses_a'))?.storedScopes

/** What `RoleStore` promises, for any store, and what the others say of roles that it has. */
export function roleStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[D04] what a role brings is one soft cut-off, and what is issued from then on has it', async (store) => {
    await withStaff(store)
    assert.equal('storedScopes' in ((await store.sessions.issuance('ses_a')) ?? {}), false)
    assert.deepEqual(await appendedBy(store, () => set(store, 'staff', 'a', 'b')), ['cutoff role:staff soft'])
    const { position } = await store.log.head()
    const issuance = await store.sessions.issuance('ses_a')
    assert.deepEqual([issuance?.storedScopes, issuance?.rev], [new Map([['staff', ['a', 'b']]]), position])
    assert.deepEqual(await appendedBy(store, () => set(store, 'staff', 'b', 'a')), [], 'nothing has changed')
    assert.deepEqual(await appendedBy(store, () => set(store, 'staff', 'b')), ['cutoff role:staff soft'])
    assert.deepEqual(await storedFor(store), new Map([['staff', ['b']]]))
    assert.deepEqual(await appendedBy(store, () => store.roles.remove('staff', NOW)), ['cutoff role:staff soft'])
    assert.equal(await storedFor(store), undefined)
    assert.deepEqual(await appendedBy(store, () => store.roles.remove('staff', NOW)), [])
    assert.equal(await store.roles.remove('staff', NOW), false)
  })

  promise(
    '[D04] however a token of a session comes about, it is issued from what the roles bring, those for a while too',
    async (store) => {
      await withStaff(store)
      await set(store, 'staff', 'a')
      await set(store, 'oncall', 'pager')
      await set(store, 'other', 'x')
      const times = { startedAt: NOW, endsAt: NOW + 60_000, endedAt: undefined, endedBy: undefined }
      await store.elevations.start({ id: 'elv_a', user: USER, role: 'oncall', reason: 'incident', startedBy: undefined, ...times })
      const stored = new Map([
        ['staff', ['a']],
        ['oncall', ['pager']],
      ])
      assert.deepEqual(await storedFor(store), stored)
      const rotated = await store.sessions.rotate(rotationOf(sessionRecord('ses_a', USER)))
      assert.deepEqual(rotated !== 'lost' && rotated.storedScopes, stored)
      for (const single of [false, true]) {
        const session = sessionRecord(`ses_${single}`, USER)
        const opened = await store.sessions.open({ session, passwordGeneration: 1, single })
        assert.deepEqual(opened !== 'refused' && opened.storedScopes, stored)
      }
      const proof = { id: 'ses_true', user: USER, passwordGeneration: 1, amr: ['pwd'], keyId: 'k', rotatedBy: undefined, at: NOW }
      const proved = await store.sessions.reauthenticate({ ...proof, device: { userAgent: undefined, address: undefined } })
      assert.deepEqual(proved !== 'refused' && proved.storedScopes, stored)
    },
  )

  promise('roles are listed by name, and bounded', async (store) => {
    for (const each of ['b', 'a', 'c']) assert.equal(await store.roles.set(roleRecord(each, ['x'], NOW + 1), 3), 'set')
    assert.equal(await store.roles.set(roleRecord('d', ['x']), 3), 'full')
    assert.equal(await store.roles.set(roleRecord('c', []), 3), 'set', 'it is there already')
    const expected = [roleRecord('a', ['x'], NOW + 1), roleRecord('b', ['x'], NOW + 1), roleRecord('c', [])]
    assert.deepEqual(await store.roles.list(), expected)
  })

  promise('[D04] a key that lives by a role without naming it is cut off by its own name, and no other', async (store) => {
    await withStaff(store)
    await store.users.create(userRecord('usr_b'), 'phc-1')
    await store.services.add(credentialRecord('svc_a'))
    const settings = (change: Partial<CallerKeySettings>): CallerKeySettings => ({
      ...callerKeyRecord('x').settings,
      scope: ['a'],
      ...change,
    })
    for (const [id, change] of Object.entries({
      narrow: { settings: settings({ roles: [] }) },
      other: { settings: settings({ roles: ['none'] }) },
      made: { settings: settings({ roles: ['staff'] }), parent: 'narrow' },
      names: { settings: settings({ roles: ['staff'] }) },
      all: { settings: settings({ roles: undefined }) },
      elsewhere: { settings: settings({ roles: [], scope: ['b'] }) },
      theirs: { settings: settings({ roles: [] }), owner: { kind: 'user', id: 'usr_b' } },
      services: { settings: settings({ roles: [] }), owner: { kind: 'service', id: 'svc_a' } },
    } as const)) {
      assert.equal(await store.callerKeys.add(callerKeyRecord(id, change)), 'added', id)
    }
    const expired = callerKeyRecord('expired', { settings: settings({ roles: [] }), createdAt: NOW - 2, expiresAt: NOW - 1 })
    await store.callerKeys.add(expired)
    const named = ['role:staff', 'client:made', 'client:narrow', 'client:other']
    const sorted = async (change: () => Promise<unknown>): Promise<readonly string[]> => {
      const [first = '', ...rest] = await appendedBy(store, change)
      return [first, ...rest.sort()]
    }
    assert.deepEqual(
      await sorted(() => set(store, 'staff', 'a')),
      named.map((each) => `cutoff ${each} soft`),
    )
    const issuance = await store.callerKeys.issue('narrow', NOW)
    assert.deepEqual([issuance?.storedScopes, issuance?.rev], [new Map([['staff', ['a']]]), (await store.log.head()).position])
    assert.equal((await store.callerKeys.issue('services', NOW))?.storedScopes, undefined)
    assert.equal((await store.callerKeys.issue('theirs', NOW))?.storedScopes, undefined)
    assert.deepEqual(await sorted(() => set(store, 'staff', 'a', 'z')), ['cutoff role:staff soft'])
    assert.equal((await sorted(() => store.roles.remove('staff', NOW))).length, 4)
  })

  promise(
    '[D04] an application that may ask for such a scope is cut off softly, and knows at the same moment what it may be given',
    async (store) => {
      await withStaff(store)
      await store.oauthClients.add(clientRecord('cli_a', { scopes: ['a', 'b', 'free'] }))
      await store.oauthClients.add(clientRecord('cli_b', { scopes: ['free'] }))
      const facts = { rev: (await store.log.head()).position, scopes: ['a', 'b', 'free'] }
      assert.deepEqual(await store.roles.scopeFacts('cli_a', undefined), { ...facts, reserved: [], roles: undefined, stored: undefined })
      assert.deepEqual(await appendedBy(store, () => set(store, 'staff', 'a')), ['cutoff role:staff soft', 'cutoff client:cli_a soft'])
      await set(store, 'boss', 'b')
      const after = await store.roles.scopeFacts('cli_a', USER)
      assert.deepEqual(
        { ...after, reserved: [...(after?.reserved ?? [])].sort() },
        {
          rev: (await store.log.head()).position,
          scopes: ['a', 'b', 'free'],
          reserved: ['a', 'b'],
          roles: ['staff', 'none'],
          stored: new Map([['staff', ['a']]]),
        },
      )
      assert.equal(await store.roles.scopeFacts('cli_x', USER), undefined)
      assert.equal(await store.roles.scopeFacts('cli_a', 'usr_x'), undefined)
      await store.users.setStatus(USER, 'suspended', NOW)
      assert.equal(await store.roles.scopeFacts('cli_a', USER), undefined)
    },
  )

  promise('[D04] a scope that a role once brought stays reserved to roles until it is released', async (store) => {
    await set(store, 'staff', 'a', 'b')
    await set(store, 'staff', 'b')
    assert.deepEqual(await store.roles.reserved(), ['a', 'b'])
    assert.equal(await store.roles.release('b'), 'held')
    await store.roles.remove('staff', NOW)
    await store.roles.reserve(['c', 'a', 'c'])
    assert.deepEqual(await store.roles.reserved(), ['a', 'b', 'c'])
    assert.deepEqual(
      await askAtOnce(10, () => store.roles.release('b')),
      new Map([
        ['released', 1],
        ['unknown', 9],
      ]),
    )
    assert.deepEqual(await store.roles.reserved(), ['a', 'c'])
  })

  promise('[D04] [I07] of many who change a role at once each is told of, in one log without a gap', async (store) => {
    await withStaff(store)
    await Promise.all(Array.from({ length: 20 }, (_, n) => set(store, 'staff', `scope-${n}`)))
    const told = (await assertChainHolds(store)).filter(({ target }) => target.kind === 'role')
    assert.equal(told.length, 20)
    const [role] = await store.roles.list()
    assert.deepEqual(await storedFor(store), new Map([['staff', role?.scope]]))
  })
}
