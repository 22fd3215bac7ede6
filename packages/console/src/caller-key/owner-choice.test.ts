import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../api/problem.ts'
import { noOwner, resolveOwner } from './owner-choice.ts'

const at =
  (pointer: string) =>
  (error: unknown): boolean =>
    error instanceof Problem && error.errors[0]?.pointer === pointer

test('the owner of a new key is whom the form names, or the field says that there is nobody', async () => {
  const find = async (named: string): Promise<string | undefined> => (named === 'ada@example.com' ? 'usr_1' : undefined)
  assert.deepEqual(await resolveOwner({ ...noOwner, person: 'ada@example.com' }, find), { kind: 'user', id: 'usr_1' })
  assert.deepEqual(await resolveOwner({ ...noOwner, kind: 'service', service: 'svc_1' }, find), { kind: 'service', id: 'svc_1' })
  await assert.rejects(resolveOwner({ ...noOwner, person: 'bob@example.com' }, find), at('/user'))
  await assert.rejects(resolveOwner({ ...noOwner, kind: 'service' }, find), at('/service'))
})
