import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { checkedEmail, checkedGroups, checkedName, checkedRoles, checkNewPassword, checkPassword } from './account-input.ts'

const refuses = (check: () => unknown, pointer: string): void => {
  assert.throws(check, (error) => error instanceof AuthError && error.code === 'request_invalid' && error.detail.pointer === pointer)
}

test('an e-mail address is trimmed and otherwise kept as given', () =>
  assert.equal(checkedEmail('  Ann.B+x@Example.org '), 'Ann.B+x@Example.org'))

for (const email of [
  '',
  'ann',
  '@b',
  'ann@',
  'a@b@c',
  'a b@c',
  'a@b\0',
  'a\u200b@b',
  `${'a'.repeat(65)}@b`,
  `a@${'b'.repeat(253)}`,
  'a@\ud800',
]) {
  test(`${JSON.stringify(email.slice(0, 20))} is refused as an e-mail address`, () => refuses(() => checkedEmail(email), '/email'))
}

for (const password of ['short', 'sevenxx', 'x'.repeat(257), 'with\0nul-inside', 'half a pair \ud800', '😀'.repeat(7)]) {
  test(`[H01] ${JSON.stringify(password.slice(0, 20))} (${password.length}) is refused as a new password`, () =>
    refuses(() => checkNewPassword(password), '/password'))
}

test('[H01] 8 to 256 characters make a password, counted in characters, not in bytes', () => {
  checkNewPassword('eightchr')
  checkNewPassword('😀'.repeat(256))
})

test('a password that is tried is only bounded, so that old short ones still work', () => {
  checkPassword('x')
  refuses(() => checkPassword(''), '/password')
  refuses(() => checkPassword('é'.repeat(513)), '/password')
  refuses(() => checkPassword('x'.repeat(1_000_000)), '/password')
  refuses(() => checkPassword('a\0b'), '/password')
})

for (const role of ['', 'Admin', '1st', 'a b', 'a\n', 'x'.repeat(65)]) {
  test(`${JSON.stringify(role.slice(0, 10))} is refused as a role`, () => refuses(() => checkedRoles([role]), '/roles'))
}

test('roles and groups are kept once each, in their order, and at most 64', () => {
  assert.deepEqual(checkedRoles(['staff', 'orders:read', 'staff']), ['staff', 'orders:read'])
  assert.deepEqual(checkedGroups(['Team A', 'Team A']), ['Team A'])
  refuses(() => checkedRoles(Array.from({ length: 65 }, (_, index) => `r${index}`)), '/roles')
  refuses(() => checkedGroups(['a\tb']), '/groups')
})

test('a name may be absent or empty, but not hold control characters', () => {
  assert.equal(checkedName(undefined), undefined)
  assert.equal(checkedName('  '), undefined)
  assert.equal(checkedName(' Ann '), 'Ann')
  refuses(() => checkedName('a\u0007'), '/name')
})
