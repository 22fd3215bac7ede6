import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../api/problem.ts'
import { askersOf, changedScopes, requireNew, sourceName } from './role.ts'

test('what changes is what one of them has and the other has not', () => {
  assert.deepEqual(changedScopes(['a', 'b'], ['b', 'c']), ['a', 'c'])
  assert.deepEqual(changedScopes(['a', 'b'], ['b', 'a']), [])
})

test('clients are touched by the scopes that change, and by no other', () => {
  const clients = [{ scopes: ['a', 'b'] }, { scopes: ['b'] }, { scopes: [] }]
  assert.equal(askersOf(clients, ['a']), 1)
  assert.equal(askersOf(clients, ['a', 'b']), 2)
  assert.equal(askersOf(clients, []), 0)
})

test('adding a role that is there is refused at its field: what somebody else has said of it stays', async () => {
  const load = async () => ({ roles: [{ name: 'staff', scope: ['a'], source: 'database', changed_at: null }], reserved: [] })
  await requireNew('packer', load)
  await assert.rejects(requireNew('staff', load), (error) => error instanceof Problem && error.errors[0]?.pointer === '/name')
})

test('a source that this console does not know is shown as the server names it', () => {
  assert.equal(sourceName('directory'), 'directory')
})
