import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientRecord } from './contract/oauth-store.ts'
import { CUTOFF_LIFE_MS, NOW } from './contract/record.ts'
import { appendedBy } from './contract/suite.ts'
import { changedScopes, cutOffsOf, NAMED_AT_ONCE } from './role-change.ts'
import { openSqliteStore } from './sqlite/store.ts'

test('what has changed is what one of the two lacks', () => {
  assert.deepEqual(changedScopes(['a', 'b'], ['b', 'c']), ['c', 'a'])
  assert.deepEqual(changedScopes(['a', 'b'], ['b', 'a']), [])
})

test('[D04] so many keys and applications are named; beyond that all tokens of ours are renewed by one entry', () => {
  const ids = Array.from({ length: NAMED_AT_ONCE }, (_, n) => `key-${n}`)
  const named = cutOffsOf('staff', ids.slice(1), 7)
  assert.equal(named.length, NAMED_AT_ONCE)
  assert.ok(named.every(({ mode, at }) => mode === 'soft' && at === 7))
  assert.deepEqual(
    cutOffsOf('staff', ids, 7).map(({ target }) => target),
    [
      { kind: 'role', id: 'staff' },
      { kind: 'issuer', id: '' },
    ],
  )
})

test('[D04] a role that very many applications may ask for is told of by two entries', async () => {
  const store = await openSqliteStore({ path: ':memory:', cutoffLifeMs: CUTOFF_LIFE_MS })
  const clients = Array.from({ length: NAMED_AT_ONCE + 50 }, (_, n) => clientRecord(`cli_${n}`, { scopes: ['a'] }))
  await Promise.all(clients.map((client) => store.oauthClients.add(client)))
  const set = () => store.roles.set({ name: 'staff', scope: ['a'], changedAt: NOW }, 10)
  assert.deepEqual(await appendedBy(store, set), ['cutoff role:staff soft', 'cutoff issuer: soft'])
  await store.close()
})
