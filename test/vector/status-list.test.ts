import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { generateSigningKey, keySet, secretSigningKey, secretVerificationKey, verificationKey } from 'countersign/key'
import { signJws, signStatusListToken, type StatusBits, StatusList, statusReference, verifyStatusListToken } from 'countersign/token'
import { hasVectors, vectors } from './published-vectors.ts'

interface StatusListVectors {
  readonly small: readonly { readonly bits: StatusBits; readonly statuses: readonly number[]; readonly lst: string }[]
  readonly large: readonly {
    readonly bits: StatusBits
    readonly size: number
    readonly lst: string
    readonly nonZero: Record<string, number>
  }[]
  readonly statusListToken: {
    readonly compact: string
    readonly payload: { readonly exp: number; readonly iat: number; readonly sub: string; readonly ttl: number }
    readonly key: Readonly<Record<string, string>>
  }
}

const read = (): StatusListVectors => vectors<StatusListVectors>('status-list/vectors.json')

test('every small list comes out, and is made byte for byte', (context) => {
  if (!hasVectors(context)) return
  for (const { bits, statuses, lst } of read().small) {
    const list = StatusList.decode({ bits, lst })
    assert.deepEqual(
      statuses.map((_, index) => list.at(index)),
      statuses,
    )
    assert.equal(list.size, statuses.length)
    const made = StatusList.ofSize(bits, statuses.length)
    for (const [index, status] of statuses.entries()) made.set(index, status)
    assert.deepEqual(made.encode(), { bits, lst })
  }
})

test('every list of a million statuses comes out, and comes out again of what is made of it', (context) => {
  if (!hasVectors(context)) return
  for (const { bits, size, lst, nonZero } of read().large) {
    const list = StatusList.decode({ bits, lst })
    assert.equal(list.size, size)
    const made = StatusList.ofSize(bits, size)
    for (const [index, status] of Object.entries(nonZero)) made.set(Number(index), status)
    const again = StatusList.decode(made.encode())
    let set = 0
    for (let index = 0; index < size; index++) {
      const expected = nonZero[index] ?? 0
      if (list.at(index) !== expected || again.at(index) !== expected) assert.fail(`status ${index} of ${bits} bits`)
      if (expected !== 0) set++
    }
    assert.equal(set, Object.values(nonZero).filter((status) => status !== 0).length)
    assert.throws(() => list.at(size), RangeError)
  }
})

test('the printed status list token verifies with its key', (context) => {
  if (!hasVectors(context)) return
  const { compact, payload, key } = read().statusListToken
  const { d: _secret, ...published } = key
  const keys = keySet([verificationKey(published as never)])
  const expect = { uri: payload.sub, algorithms: ['ES256'] as const, now: payload.iat + 10 }
  const { list, ttlSeconds, expiresAt } = verifyStatusListToken(compact, keys, expect)
  assert.deepEqual([list.at(0), list.at(1), ttlSeconds, expiresAt], [1, 0, payload.ttl, payload.exp])
  const refuses = (change: Partial<typeof expect>, code: string): void =>
    assert.throws(
      () => verifyStatusListToken(compact, keys, { ...expect, ...change }),
      (error) => error instanceof AuthError && error.code === code,
    )
  refuses({ uri: 'https://example.com/statuslists/2' }, 'token_invalid')
  refuses({ now: payload.exp + 60 }, 'token_expired')
  refuses({ now: payload.iat - 60 }, 'token_invalid')
})

const key = generateSigningKey('ES256')
const URI = 'https://issuer.example/status-lists/1'
const claims = { sub: URI, iat: 1000, ttl: 10, status_list: StatusList.ofSize(1, 64).encode() }
const expect = { uri: URI, algorithms: ['ES256', 'HS256'] as const, now: 1001 }

test('a status list token of another type, with a shared secret, or with a list that is none, is refused', () => {
  const secret = Buffer.alloc(32, 7)
  const keys = keySet([verificationKey(key.publicJwk), secretVerificationKey('shared', secret)])
  const verify = (compact: string) => () => verifyStatusListToken(compact, keys, expect)
  assert.equal(verify(signStatusListToken(claims, key))().list.size, 64)
  for (const compact of [
    signJws('at+jwt', claims, key),
    signJws('jwt', claims, key),
    signJws('statuslist+jwt', claims, secretSigningKey('shared', secret)),
    ...[{ bits: 3, lst: claims.status_list.lst }, { bits: 1, lst: 'AAAA' }, { bits: 1 }, [], null].map((list) =>
      signJws('statuslist+jwt', { ...claims, status_list: list }, key),
    ),
    ...[{ ttl: 0 }, { ttl: -1 }, { ttl: '9' }, { iat: undefined }, { sub: undefined }].map((change) =>
      signJws('statuslist+jwt', { ...claims, ...change }, key),
    ),
  ]) {
    assert.throws(verify(compact), AuthError)
  }
})

test('[I13] a list that grows beyond the bound when it is unpacked is refused, and not unpacked', () => {
  const bomb = StatusList.ofSize(8, 2 ** 26).encode()
  assert.ok(bomb.lst.length < 100_000)
  assert.throws(
    () => StatusList.decode(bomb),
    (error) => error instanceof AuthError && error.code === 'token_invalid',
  )
  assert.equal(StatusList.decode(bomb, 2 ** 26).size, 2 ** 26)
})

test('a reference to a status is an index and an address, or it is refused', () => {
  assert.equal(statusReference(undefined), undefined)
  assert.equal(statusReference({ other: {} }), undefined)
  assert.deepEqual(statusReference({ status_list: { idx: 0, uri: URI, more: 1 } }), { idx: 0, uri: URI })
  for (const wrong of [{ idx: -1, uri: URI }, { idx: 1.5, uri: URI }, { idx: '0', uri: URI }, { idx: 0 }, { idx: 0, uri: 'x' }, null, []]) {
    assert.throws(() => statusReference({ status_list: wrong }), AuthError)
  }
  assert.throws(() => statusReference('x'), AuthError)
})
