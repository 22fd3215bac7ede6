import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownerOf, stateOf } from './key-state.ts'

const now = Date.parse('2030-01-31T12:00:00Z')
const key = { status: 'active', successor: null, expires_at: null }

test('a key is usable, or says why it is not', () => {
  assert.equal(stateOf(key, now), 'usable')
  assert.equal(stateOf({ ...key, expires_at: '2030-01-31T12:00:00.001Z' }, now), 'usable')
  assert.equal(stateOf({ ...key, successor: 'key_2', expires_at: '2030-02-01T12:00:00Z' }, now), 'replaced')
  assert.equal(stateOf({ ...key, status: 'disabled' }, now), 'off')
  assert.equal(stateOf({ ...key, status: 'disabled', successor: 'key_2' }, now), 'off')
  assert.equal(stateOf({ ...key, expires_at: '2030-01-31T12:00:00Z' }, now), 'ended')
  assert.equal(stateOf({ ...key, status: 'disabled', expires_at: '2030-01-31T11:00:00Z' }, now), 'ended')
  assert.equal(stateOf({ ...key, status: 'quarantined' }, now), 'other')
})

test('the owner of a key is a person or a service', () => {
  assert.deepEqual(ownerOf({ user: 'usr_1', service: null }), { kind: 'user', id: 'usr_1' })
  assert.deepEqual(ownerOf({ user: null, service: 'svc_1' }), { kind: 'service', id: 'svc_1' })
  assert.equal(ownerOf({ user: null, service: null }), undefined)
})
