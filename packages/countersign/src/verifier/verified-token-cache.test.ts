import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { keySet } from '../key/index.ts'
import type { VerifiedToken } from './verified-token.ts'
import { VerifiedTokenCache } from './verified-token-cache.ts'

const keys = keySet([])
const text = (seed: number): string => `Bearer header.payload.${createHash('sha512').update(String(seed)).digest('base64url')}`
const token = (of: string, notAfter = 100): VerifiedToken =>
  ({ text: of, keys, notBefore: 0, notAfter, clearAt: -1, used: false }) as VerifiedToken
/** The same characters in a string that no other code holds, as they come from a socket. */
const fresh = (of: string): string => Buffer.from(of, 'latin1').toString('latin1')

test('a token is found by its text and by nothing else', () => {
  const cache = new VerifiedTokenCache(64)
  const one = token(text(1))
  cache.add(one)
  assert.equal(cache.find(fresh(text(1))), one)
  assert.equal(cache.find(text(2)), undefined)
  assert.equal(cache.find(text(1).slice('Bearer '.length)), undefined)
  assert.equal(cache.find(''), undefined)
  assert.deepEqual([cache.size, cache.hits, cache.misses], [1, 1, 2])
})

test('[I18] a text that ends as a known one does, and differs anywhere else, is not found', () => {
  const cache = new VerifiedTokenCache(64)
  const known = text(1)
  cache.add(token(known))
  for (let index = 0; index < known.length - 8; index++) {
    const other = `${known.slice(0, index)}${known[index] === 'A' ? 'B' : 'A'}${known.slice(index + 1)}`
    assert.equal(cache.find(other), undefined)
  }
})

test('a newer finding about a text takes the place of the older one', () => {
  const cache = new VerifiedTokenCache(64)
  cache.add(token(text(1), 100))
  const newer = token(text(1), 200)
  cache.add(newer)
  assert.equal(cache.find(text(1)), newer)
  assert.equal(cache.size, 1)
})

for (const limit of [1, 7, 100, 1000]) {
  test(`a cache for ${limit} never holds more, whatever comes`, () => {
    const cache = new VerifiedTokenCache(limit)
    for (let seed = 0; seed < limit * 5 + 50; seed++) {
      cache.add(token(text(seed)))
      if (seed % 3 === 0) cache.find(text(seed))
      assert.ok(cache.size <= limit)
    }
    assert.equal(cache.size, limit)
  })
}

test('as many tokens as the cache is for fit into it, but for a few', () => {
  const cache = new VerifiedTokenCache(10_000)
  for (let seed = 0; seed < 10_000; seed++) cache.add(token(text(seed)))
  let found = 0
  for (let seed = 0; seed < 10_000; seed++) if (cache.find(text(seed)) !== undefined) found++
  assert.ok(found > 9900, `${found} of 10000`)
})

test('[B29] what is used stays when room is made for what is used once', () => {
  const cache = new VerifiedTokenCache(1000)
  for (let seed = 0; seed < 200; seed++) cache.add(token(text(seed)))
  for (let passing = 1000; passing < 6000; passing++) {
    cache.add(token(text(passing)))
    if (passing % 100 === 0) for (let seed = 0; seed < 200; seed++) cache.find(text(seed))
  }
  let kept = 0
  for (let seed = 0; seed < 200; seed++) if (cache.find(text(seed)) !== undefined) kept++
  assert.ok(kept >= 190, `${kept} of 200`)
})
