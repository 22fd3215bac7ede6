import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changed, given, joined, jsonOf, moment, phrases, rate, whole, words } from './key-form.ts'

test('words are taken apart at spaces, commas and lines, each once', () => {
  assert.deepEqual(words(' orders:read,orders:write\n orders:read '), ['orders:read', 'orders:write'])
  assert.deepEqual(words('  '), [])
  assert.deepEqual(words(joined(['a', 'b'])), ['a', 'b'])
  assert.deepEqual(phrases(' night build, ci ,\nci,'), ['night build', 'ci'])
})

test('a number is a number; anything else goes to the server as it is, which says what is wrong with it', () => {
  assert.equal(whole(' 100 '), 100)
  assert.equal(whole(''), undefined)
  assert.equal(whole('1e3'), '1e3')
  assert.equal(whole('-1'), '-1')
  assert.deepEqual(rate(' 100 / 60 '), { requests: 100, seconds: 60 })
  assert.equal(rate('100'), '100')
  assert.equal(rate(''), undefined)
})

test('a time of the form is that time of its zone; what is none goes to the server as it is', () => {
  const sent = moment('2030-01-31T12:05') ?? ''
  assert.equal(Date.parse(sent), new Date(2030, 0, 31, 12, 5).getTime())
  assert.match(sent, /Z$/)
  assert.equal(moment(' '), undefined)
  assert.equal(moment('soon'), 'soon')
})

test('what is no JSON goes to the server as it is', () => {
  assert.deepEqual(jsonOf('{"kty": "OKP"}'), { kty: 'OKP' })
  assert.equal(jsonOf('ssh-ed25519 AAAA'), 'ssh-ed25519 AAAA')
  assert.equal(jsonOf(' '), undefined)
})

test('of a new key what was left empty is not spoken of; of a change, what stays as it is', () => {
  assert.deepEqual(given({ name: 'n', scope: [], tags: ['a'], rate_limit: undefined }), { name: 'n', tags: ['a'] })
  const before = { name: 'n', scope: ['a'], rate_limit: null, expires_at: null }
  assert.deepEqual(changed(before, before), {})
  assert.deepEqual(changed(before, { name: 'n', scope: [], rate_limit: { requests: 1, seconds: 2 }, expires_at: null }), {
    scope: [],
    rate_limit: { requests: 1, seconds: 2 },
  })
})
