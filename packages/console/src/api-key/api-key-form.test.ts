import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiKey } from '../api/api-key.ts'
import { apiKeyChange, apiKeyFieldsOf, newApiKeyBody, newApiKeyFields } from './api-key-form.ts'

const key: ApiKey = {
  id: 'key_1',
  name: 'nightly',
  environment: 'live',
  user: 'usr_1',
  service: null,
  scope: ['orders:read', 'orders:write'],
  roles: [],
  addresses: ['192.0.2.0/24'],
  rate_limit: { requests: 100, seconds: 60 },
  tags: ['night build', 'ci'],
  status: 'active',
  successor: null,
  created_at: '2030-01-01T00:00:00.000Z',
  expires_at: '2030-01-31T12:00:07.123Z',
  last_used_at: null,
}

test('a new key asks for what was typed, and leaves the rest to the server', () => {
  const owner = { kind: 'service', id: 'svc_1' } as const
  assert.deepEqual(newApiKeyBody({ ...newApiKeyFields, name: 'robot' }, 'test', owner), {
    name: 'robot',
    environment: 'test',
    service: 'svc_1',
  })
  const fields = { ...newApiKeyFields, name: 'robot', scope: 'a b', rate: '5/10' }
  assert.deepEqual(newApiKeyBody(fields, 'live', { kind: 'user', id: 'usr_1' }), {
    name: 'robot',
    scope: ['a', 'b'],
    rate_limit: { requests: 5, seconds: 10 },
    environment: 'live',
    user: 'usr_1',
  })
})

test('a form that was not touched changes nothing, though it shows no seconds of the end', () => {
  const before = apiKeyFieldsOf(key)
  assert.deepEqual(apiKeyChange(before, before), {})
})

test('a change names only what is otherwise; what was emptied is taken away', () => {
  const before = apiKeyFieldsOf(key)
  assert.deepEqual(apiKeyChange(before, { ...before, name: 'weekly' }), { name: 'weekly' })
  assert.deepEqual(apiKeyChange(before, { ...before, scope: '', expires: '', rate: '', tags: 'ci' }), {
    scope: [],
    expires_at: null,
    rate_limit: null,
    tags: ['ci'],
  })
})
