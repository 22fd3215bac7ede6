import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from 'countersign/core'
import type { AccessTokenClaims } from 'countersign/token'
import { MasterSecret, newMasterSecret } from '../signing/master-secret.ts'
import { OpaqueTokens } from './opaque-token.ts'

const claims: AccessTokenClaims = {
  iss: 'https://issuer.example',
  sub: 'usr_ann',
  aud: 'https://orders.example',
  client_id: 'app',
  iat: 1_900_000_000,
  exp: 1_900_000_300,
  jti: `jti_${'A'.repeat(22)}`,
}
const [older, newer] = [newMasterSecret(systemRandom), newMasterSecret(systemRandom)]
const tokensOf = (secrets: string): OpaqueTokens => new OpaqueTokens(MasterSecret.parse(secrets), systemRandom)

test('[B35] an opaque token opens to its claims for as long as its master secret is in the list', () => {
  const token = tokensOf(older).seal(claims)
  assert.deepEqual(tokensOf(older).open(token), claims)
  assert.deepEqual(tokensOf(`${newer},${older}`).open(token), claims)
  assert.equal(tokensOf(newer).open(token), undefined)
})

test('an opaque token with any character changed opens to nothing', () => {
  const tokens = tokensOf(older)
  const token = tokens.seal(claims)
  for (let place = 0; place < token.length; place++) {
    const changed = `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`
    assert.equal(tokens.open(changed), undefined, `at ${place}`)
  }
  for (const text of ['', 'cs_at_', token.slice(0, -1), `${token}A`, `${token}.`, `${token}=`, `cs_at_${'A'.repeat(9000)}`]) {
    assert.equal(tokens.open(text), undefined)
  }
})

test('no two opaque tokens are alike, and one with a jti that is none of ours is not made', () => {
  const tokens = tokensOf(older)
  assert.notEqual(tokens.seal(claims), tokens.seal(claims))
  assert.throws(() => tokens.seal({ ...claims, jti: 'x' }), RangeError)
})
