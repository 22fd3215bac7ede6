import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock, systemRandom } from 'countersign/core'
import { createCsrfTokens } from 'countersign/cookie'
import { CsrfGuard } from './csrf-guard.ts'
import { SessionCookies } from './session-cookies.ts'
import { transportOf } from './signed-in.ts'

const origin = 'https://auth.example.com'
const csrf = new CsrfGuard({ tokens: createCsrfTokens({ keys: [Buffer.alloc(32, 1)] }), origin, origins: [] })
const sessionCookies = new SessionCookies({
  isSecure: true,
  domain: undefined,
  sameSite: 'lax',
  form: 'http-only',
  csrf,
  clock: systemClock,
  random: systemRandom,
})
const transport = (headers: Readonly<Record<string, string>>): string =>
  transportOf(new Request(`${origin}/v1/me/password`, { headers }), { sessionCookies })

test('[C04] new tokens go where the credential of the request came from', () => {
  const cookie = '__Host-cs_access=a.b.c'
  assert.equal(transport({ cookie }), 'cookie')
  assert.equal(transport({ cookie, authorization: 'Bearer a.b.c' }), 'cookie')
  assert.equal(transport({ authorization: 'Bearer a.b.c' }), 'json')
  assert.equal(transport({ cookie: 'cs_access=a.b.c' }), 'json')
})

test('[C04] cookies that a browser sends along with another credential get nothing of it', () => {
  const cookie = '__Host-cs_access=a.b.c'
  assert.equal(transport({ cookie, 'signature-input': 'sig=()' }), 'json')
  assert.equal(transport({ cookie, authorization: 'Hawk id="x"' }), 'json')
  assert.equal(transport({ cookie, authorization: 'Bearer x.a.b.c' }), 'json')
})
