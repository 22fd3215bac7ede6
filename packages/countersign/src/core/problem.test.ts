import assert from 'node:assert/strict'
import { test } from 'node:test'
import { challengesFor, problemOf } from './problem.ts'
import { AuthError, type RefusalCode, refusals } from './refusal.ts'

test('a problem says code, status and the public sentence, and nothing of the private detail', () => {
  const problem = problemOf(new AuthError('token_invalid', { reason: 'signature', kid: 'k1' }), { request_id: 'r1' })
  assert.deepEqual(problem, {
    type: 'urn:countersign:refusal:token_invalid',
    title: 'The access token is not valid.',
    status: 401,
    code: 'token_invalid',
    request_id: 'r1',
  })
})

test('what a caller adds cannot change code or status', () => {
  assert.equal(problemOf(new AuthError('internal'), { status: 200, code: 'fine' }).status, 500)
})

const challenges: readonly (readonly [RefusalCode, Parameters<typeof challengesFor>[1], string])[] = [
  ['credential_missing', { scheme: 'Bearer' }, 'Bearer'],
  ['credential_missing', { scheme: 'Bearer', realm: 'api' }, 'Bearer realm="api"'],
  [
    'token_expired',
    { scheme: 'Bearer' },
    'Bearer error="invalid_token", error_description="The access token has expired. Refresh the session."',
  ],
  [
    'scope_insufficient',
    { scheme: 'Bearer', scope: 'orders:read' },
    'Bearer error="insufficient_scope", error_description="The credential does not have the scope that this request needs.", scope="orders:read"',
  ],
  [
    'step_up_required',
    { scheme: 'Bearer', maxAgeSeconds: 300 },
    'Bearer error="insufficient_user_authentication", error_description="This request needs a more recent, or a stronger, sign-in.", max_age="300"',
  ],
]
for (const [code, options, expected] of challenges) {
  test(`the challenge for ${code} with ${JSON.stringify(options)} is as its RFC writes it`, () => {
    assert.equal(challengesFor(new AuthError(code), options), expected)
  })
}

test('a realm cannot break out of its quotes or of the header', () => {
  assert.equal(
    challengesFor(new AuthError('credential_missing'), { scheme: 'Bearer', realm: 'a"\\b\r\nX: y' }),
    'Bearer realm="a\\"\\\\bX: y"',
  )
})

test('every public sentence can stand in a header', () => {
  for (const row of Object.values(refusals)) assert.match(row.public, /^[\x20-\x7e]+$/)
})
