import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, type RefusalCode } from '../core/index.ts'
import { generateSigningKey, keySet, verificationKey } from '../key/index.ts'
import { type AccessTokenClaims, type AccessTokenExpectation, signAccessToken, verifyAccessToken } from './access-token.ts'
import { signJws } from './jws.ts'

const key = generateSigningKey('ES256')
const keys = keySet([verificationKey(key.publicJwk)])
const now = 1_800_000_000
const issuer = 'https://auth.example.com'
const audience = 'https://api.example.com'
const expect: AccessTokenExpectation = { issuer, audience, algorithms: ['ES256'], now }
const claims: AccessTokenClaims = {
  iss: issuer,
  sub: 'usr_1',
  aud: audience,
  client_id: 'first-party',
  iat: now - 60,
  exp: now + 240,
  jti: 'jti_1',
  sid: 'ses_1',
  rev: 2 ** 41 + 7,
  scope: 'orders:read orders:write',
  roles: ['staff'],
  groups: ['emea'],
  auth_time: now - 90,
  amr: ['pwd'],
  acr: '1',
  cnf: { jkt: 'abc' },
  login: 'AbCd.EfGh',
}
const sign = (changed: object): string => signJws('at+jwt', { ...claims, ...changed }, key)
const without = (name: keyof AccessTokenClaims): string => {
  const { [name]: _, ...rest } = claims
  return signJws('at+jwt', rest, key)
}
const refused = (code: RefusalCode, claim?: string) => (error: unknown) =>
  error instanceof AuthError && error.code === code && (claim === undefined || error.detail['claim'] === claim)

test('an access token gives back its claims, frozen to the bottom, and the key that signed it', () => {
  const verified = verifyAccessToken(signAccessToken(claims, key), keys, expect)
  assert.deepEqual(verified, { claims, keyId: key.kid })
  for (const part of [verified.claims, verified.claims.roles, verified.claims.groups, verified.claims.amr, verified.claims.cnf]) {
    assert.equal(Object.isFrozen(part), true)
  }
})

for (const name of ['sid', 'rev', 'scope', 'roles', 'groups', 'auth_time', 'amr', 'acr', 'cnf', 'login'] as const) {
  test(`an access token without ${name} is accepted`, () =>
    assert.equal(verifyAccessToken(without(name), keys, expect).claims[name], undefined))
}

for (const name of ['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti'] as const) {
  test(`an access token without ${name} is refused`, () => {
    assert.throws(() => verifyAccessToken(without(name), keys, expect), refused('token_invalid', name))
  })
}

const endless = 'a'.repeat(600)
const wrong: readonly (readonly [claim: keyof AccessTokenClaims | 'nbf', ...values: unknown[]])[] = [
  ['iss', `${issuer}/`, issuer.toUpperCase(), '', [issuer], null, 1],
  ['aud', 'https://other.example.com', `${audience}/`, '', [], ['https://other.example.com'], [audience, 1], { 0: audience }, null, 7],
  ['sub', '', 7, null, ['usr_1'], { id: 'usr_1' }, endless],
  ['client_id', '', 7, null, {}, endless],
  ['jti', '', 7, null, {}, ['jti_1'], { $ne: null }, endless],
  ['iat', '1', null, -1, [], 1e300, now + 6, now + 1000],
  ['exp', String(now + 240), null, -1, -1e300, 1e300, [], {}, true, now - 61, now - 60, now - 60 + 3601],
  ['nbf', 'soon', null, -1, now + 6],
  ['sid', '', 7, null, {}, endless],
  ['rev', -1, 1.5, '7', 2 ** 53, null, {}],
  ['scope', ['orders:read'], 7, null],
  ['roles', 'staff', [1], [['staff']], {}, null],
  ['groups', 'emea', [null], { 0: 'emea' }],
  ['auth_time', '1', -1, null, 1e300],
  ['amr', 'pwd', [1], null],
  ['acr', 1, null, []],
  ['cnf', 'jkt', null, []],
  ['login', 7, null, ['AbCd.EfGh']],
]
for (const [claim, ...values] of wrong) {
  for (const value of values) {
    test(`an access token whose ${claim} is ${JSON.stringify(value)?.slice(0, 40)} is refused`, () => {
      assert.throws(() => verifyAccessToken(sign({ [claim]: value }), keys, expect), refused('token_invalid', claim))
    })
  }
}

for (const text of ['1e400', '-1e400']) {
  test(`an access token whose exp is written ${text} is refused`, () => {
    const body = JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', `"exp":${text}`)
    const payload = { toJSON: () => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text) }
    const compact = signJws('at+jwt', { ...claims, exp: payload }, key)
    assert.equal(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString(), body)
    assert.throws(() => verifyAccessToken(compact, keys, expect), refused('token_invalid'))
  })
}

test('RFC8725-3.9-1 an audience list is accepted when we are in it', () => {
  const { aud } = verifyAccessToken(sign({ aud: ['https://other.example.com', audience] }), keys, expect).claims
  assert.deepEqual(aud, ['https://other.example.com', audience])
  assert.equal(Object.isFrozen(aud), true)
})

test('a token expires when exp and the tolerance have passed, not a second earlier or later', () => {
  const compact = signAccessToken(claims, key)
  const at = (offset: number, tolerance?: number) =>
    verifyAccessToken(compact, keys, {
      ...expect,
      now: claims.exp + offset,
      ...(tolerance === undefined ? {} : { clockToleranceSeconds: tolerance }),
    })
  assert.doesNotThrow(() => at(4))
  assert.throws(() => at(5), refused('token_expired'))
  assert.doesNotThrow(() => at(-1, 0))
  assert.throws(() => at(0, 0), refused('token_expired'))
})

test('iat and nbf may be ahead by the tolerance, and no further', () => {
  for (const claim of ['iat', 'nbf']) {
    assert.doesNotThrow(() => verifyAccessToken(sign({ [claim]: now + 5 }), keys, expect))
    assert.throws(
      () => verifyAccessToken(sign({ [claim]: now + 5 }), keys, { ...expect, clockToleranceSeconds: 4 }),
      refused('token_invalid', claim),
    )
  }
})

test('the longest life is the verifier’s to set', () => {
  const compact = sign({ iat: now, exp: now + 7200 })
  assert.throws(() => verifyAccessToken(compact, keys, expect), refused('token_invalid', 'exp'))
  assert.doesNotThrow(() => verifyAccessToken(compact, keys, { ...expect, maxLifetimeSeconds: 7200 }))
})

// RFC 9068 section 4: the type keeps other JWTs of the same issuer out.
for (const type of ['JWT', 'dpop+jwt', 'logout+jwt', 'cs-feed+jwt', 'secevent+jwt', 'at']) {
  test(`RFC8725-3.12-1 a ${type} of the same issuer is no access token`, () => {
    assert.throws(() => verifyAccessToken(signJws(type, claims, key), keys, expect), refused('token_invalid'))
  })
}

for (const type of ['at+jwt', 'at+JWT', 'application/at+jwt']) {
  test(`typ ${type} is an access token`, () => assert.doesNotThrow(() => verifyAccessToken(signJws(type, claims, key), keys, expect)))
}

test('a claim that the profile does not know is kept', () => {
  assert.deepEqual(verifyAccessToken(sign({ tenant: 't1' }), keys, expect).claims, { ...claims, tenant: 't1' })
})

test('names of Object.prototype in the claims change nothing', () => {
  assert.doesNotThrow(() => verifyAccessToken(sign({ constructor: 1, toString: 'x', hasOwnProperty: null }), keys, expect))
})

test('[I22] a token of another issuer, signed with the key that we know by the same name, is refused', () => {
  const stranger = generateSigningKey('ES256')
  const named = { ...stranger, kid: key.kid }
  assert.throws(() => verifyAccessToken(signAccessToken(claims, named), keys, expect), refused('token_invalid'))
})
