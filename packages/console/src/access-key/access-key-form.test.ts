import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessKey } from '../api/access-key.ts'
import {
  accessKeyChange,
  accessKeyFieldsOf,
  newAccessKeyBody,
  newAccessKeyFields,
  noMaterial as none,
  secretText,
} from './access-key-form.ts'

const key: AccessKey = {
  id: 'CSK1',
  kind: 'hmac',
  name: 'ci',
  user: null,
  service: 'svc_1',
  scope: ['orders:read'],
  roles: null,
  addresses: [],
  window_seconds: 120,
  status: 'active',
  public_key: null,
  temporary: false,
  session: null,
  parent: null,
  successor: null,
  created_at: '2030-01-01T00:00:00.000Z',
  expires_at: null,
  rotate_by: '2030-01-31T12:00:07.123Z',
  rotate_every_seconds: 86_400,
}
const owner = { kind: 'user', id: 'usr_1' } as const

test('a new key has all roles of its owner, unless they are named, be it none', () => {
  const fields = { ...newAccessKeyFields, name: 'ci' }
  assert.deepEqual(newAccessKeyBody(fields, none, owner), { name: 'ci', user: 'usr_1' })
  assert.deepEqual(newAccessKeyBody({ ...fields, hasAllRoles: false }, none, owner), { name: 'ci', roles: [], user: 'usr_1' })
  const some = newAccessKeyBody({ ...fields, hasAllRoles: false, roles: 'staff' }, none, owner)
  assert.deepEqual(some, { name: 'ci', roles: ['staff'], user: 'usr_1' })
})

test('a key brings its public half, or gets a secret and what is derived from it', () => {
  const fields = { ...newAccessKeyFields, name: 'ci', window: '10' }
  const derived = newAccessKeyBody(fields, { ...none, hawk: true, jwt: true }, owner)
  assert.deepEqual(derived, { name: 'ci', window_seconds: 10, derived: ['hawk', 'jwt'], user: 'usr_1' })
  const brought = newAccessKeyBody(fields, { publicKey: '{"kty":"OKP"}', hawk: true, jwt: false }, owner)
  assert.deepEqual(brought, { name: 'ci', window_seconds: 10, public_key: { kty: 'OKP' }, user: 'usr_1' })
})

test('a change names only what is otherwise; what was emptied is taken away', () => {
  const before = accessKeyFieldsOf(key)
  assert.deepEqual(accessKeyChange(before, before), {})
  assert.deepEqual(accessKeyChange(before, { ...before, rotateBy: '', rotateEvery: '' }), { rotate_by: null, rotate_every_seconds: null })
  assert.deepEqual(accessKeyChange(before, { ...before, hasAllRoles: false }), { roles: [] })
  const named = accessKeyFieldsOf({ ...key, roles: ['staff'] })
  assert.deepEqual(accessKeyChange(named, { ...named, hasAllRoles: true }), { roles: null })
})

test('what is shown once is the secret and what was derived from it; of a public key there is nothing to show', () => {
  const titleOf = (form: string): string => `For ${form}`
  assert.equal(secretText({}, titleOf), undefined)
  assert.equal(secretText({ secret_access_key: 'cs_sk_1' }, titleOf), 'cs_sk_1')
  assert.equal(secretText({ secret_access_key: 'cs_sk_1', derived_keys: { hawk: 'abc' } }, titleOf), 'cs_sk_1\nFor hawk: abc')
})
