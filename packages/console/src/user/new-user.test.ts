import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newUser } from './new-user.ts'

test('what was left empty is left out, and a typed password goes as it was typed', () => {
  const typed = { email: ' mira@example.com ', name: ' ', roles: [], password: ' two words ' }
  assert.deepEqual(newUser(typed), { email: 'mira@example.com', password: ' two words ' })
})

test('without a password there is the hash of none', () => {
  const { password_hash: hash, ...rest } = newUser({ email: 'mira@example.com', name: 'Mira', roles: ['staff'], password: undefined })
  assert.deepEqual(rest, { email: 'mira@example.com', name: 'Mira', roles: ['staff'] })
  assert.match(hash ?? '', /^pbkdf2_sha256\$1\$/)
})
