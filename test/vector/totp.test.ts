import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneTimePassword } from 'countersign/crypto'
import { openDomain } from '../../packages/server/src/account/contract/domain.ts'
import { otpauthUri } from '../../packages/server/src/account/factor/otpauth-uri.ts'
import { AuthenticatorApp } from '../http/authenticator-app.ts'
import { hasVectors, vectors } from './published-vectors.ts'

interface CodeVector {
  readonly secretAscii: string
  readonly code: string
  readonly digits: 6 | 7 | 8
  readonly algorithm: 'SHA1' | 'SHA256' | 'SHA512'
}

interface TotpVectors {
  readonly hotp: readonly (CodeVector & { readonly counter: number })[]
  readonly totp: readonly (CodeVector & { readonly time: number; readonly period: number })[]
  readonly otpauthUri: readonly { readonly uri: string; readonly time: number; readonly code: string }[]
  readonly rules: readonly { readonly rule: string }[]
}

const FILE = 'totp-hotp/vectors.json'
const algorithmOf = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const

const codeOf = ({ secretAscii, digits, algorithm }: CodeVector, counter: number): string =>
  oneTimePassword(new TextEncoder().encode(secretAscii), counter, { digits, algorithm: algorithmOf[algorithm] })

test('[H03] RFC 4226: each published counter gives its code, and its neighbours do not', (context) => {
  if (!hasVectors(context)) return
  const { hotp } = vectors<TotpVectors>(FILE)
  assert.equal(hotp.length, 10)
  for (const vector of hotp) {
    assert.equal(codeOf(vector, vector.counter), vector.code)
    assert.notEqual(codeOf(vector, vector.counter + 1), vector.code)
    assert.notEqual(codeOf({ ...vector, secretAscii: `${vector.secretAscii}!` }, vector.counter), vector.code)
  }
})

test('[H03] RFC 6238: each published moment gives its code under its algorithm, and under no other', (context) => {
  if (!hasVectors(context)) return
  const { totp } = vectors<TotpVectors>(FILE)
  assert.equal(totp.length, 18)
  for (const vector of totp) {
    const step = Math.floor(vector.time / vector.period)
    assert.equal(codeOf(vector, step), vector.code)
    for (const other of [step - 1, step + 1]) assert.notEqual(codeOf(vector, other), vector.code)
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
      if (algorithm !== vector.algorithm) assert.notEqual(codeOf({ ...vector, algorithm }, step), vector.code)
    }
  }
})

test('[H03] the published URI is the one that we make, and holds the secret of the published code', (context) => {
  if (!hasVectors(context)) return
  const { otpauthUri: rows } = vectors<TotpVectors>(FILE)
  assert.equal(rows.length, 1)
  for (const { uri, time, code } of rows) {
    const secret = new TextEncoder().encode('12345678901234567890')
    assert.equal(otpauthUri('Example', 'alice@example.com', secret), uri)
    assert.equal(oneTimePassword(secret, Math.floor(time / 30)), code)
  }
})

test('[H03] the published rules hold: no code twice for its step, and none but of one step either side of now', async (context) => {
  if (!hasVectors(context)) return
  // Failures are counted by the throttle: see `[H02]`.
  assert.equal(vectors<TotpVectors>(FILE).rules.length, 2)
  const { factors, clock, addUser } = await openDomain()
  const user = await addUser()
  const { secret, uri } = await factors.enrol(user)
  assert.ok(uri.includes(secret))
  const app = new AuthenticatorApp(uri, clock)
  await factors.confirm(user.id, app.code())
  clock.advance(600_000)
  for (const ahead of [-2, 2, -20, 20]) await assert.rejects(factors.useCode(user.id, app.code(ahead)), { code: 'credentials_invalid' })
  for (const ahead of [-1, 0, 1]) {
    await factors.useCode(user.id, app.code(ahead))
    await assert.rejects(factors.useCode(user.id, app.code(ahead)), { code: 'credentials_invalid' })
  }
})
