import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticationContext, meets } from './acr.ts'

const contexts: ReadonlyArray<readonly [amr: readonly string[], acr: string | undefined]> = [
  [[], undefined],
  [['pwd'], undefined],
  [['otp'], undefined],
  [['pwd', 'kba'], undefined],
  [['user'], undefined],
  [['pwd', 'otp'], 'mfa'],
  [['otp', 'pwd', 'pwd'], 'mfa'],
  [['mfa'], 'mfa'],
  [['hwk', 'user'], 'phr'],
  [['pwd', 'otp', 'swk'], 'phr'],
]
for (const [amr, acr] of contexts) {
  test(`[D06] a sign-in by ${amr.join(' and ') || 'nothing'} is ${acr ?? 'of no particular strength'}`, () =>
    assert.equal(authenticationContext(amr), acr))
}

for (const [shown, wanted, does] of [
  ['mfa', 'mfa', true],
  ['phr', 'phr', true],
  ['phr', 'mfa', true],
  ['mfa', 'phr', false],
  [undefined, 'mfa', false],
  ['mfa', 'urn:mace:incommon:iap:silver', false],
] as const) {
  test(`[D06] ${shown ?? 'a single factor'} ${does ? 'does' : 'does not do'} where ${wanted} is asked for`, () =>
    assert.equal(meets(shown, wanted), does))
}
