import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyQuery } from '../api/caller-key.ts'
import { ownerQuery } from './owner-query.ts'

test('keys are those of everyone, unless the address names an owner', () => {
  assert.deepEqual(keyQuery(ownerQuery(undefined), undefined), { everyone: 'true', after: undefined, limit: 200 })
  assert.deepEqual(keyQuery(ownerQuery('usr_1'), 'key_9'), { user: 'usr_1', after: 'key_9', limit: 200 })
  assert.deepEqual(keyQuery(ownerQuery('svc_1'), undefined), { service: 'svc_1', after: undefined, limit: 200 })
  assert.deepEqual(keyQuery(ownerQuery('usr_1&limit=1'), undefined), { everyone: 'true', after: undefined, limit: 200 })
})
