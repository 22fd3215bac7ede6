import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, systemRandom } from 'countersign/core'
import { openDomain, openStore, SKEW_SECONDS, strangeId, TOKEN_LIFE_SECONDS } from '../account/contract/domain.ts'
import { newMasterSecret } from './master-secret.ts'
import type { SigningKeys } from './signing-keys.ts'

const DAY_MS = 86_400_000
const refused =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof AuthError && error.code === code
const states = async (keys: SigningKeys, purpose = 'access-token'): Promise<Record<string, string>> =>
  Object.fromEntries((await keys.list()).filter((key) => key.purpose === purpose).map(({ kid, state }) => [kid, state]))
const kidsOf = (keys: SigningKeys): readonly (string | undefined)[] => keys.published('access-token').map(({ kid }) => kid)

test('the first start makes a current and a next key for each purpose, and publishes both', async () => {
  const { keys } = await openDomain()
  for (const purpose of ['access-token', 'feed'] as const) {
    assert.deepEqual(Object.values(await states(keys, purpose)).sort(), ['current', 'next'])
    assert.equal(keys.published(purpose).length, 2)
    assert.equal(keys.published(purpose)[0]?.kid, keys.current(purpose).kid)
  }
  assert.notEqual(keys.current('access-token').kid, keys.current('feed').kid)
})

test('[I01] of servers that start at once on one store all use the same keys', async () => {
  const store = await openStore()
  const secret = newMasterSecret(systemRandom)
  const domains = await Promise.all([1, 2, 3, 4].map(() => openDomain({ store, secret })))
  assert.equal(new Set(domains.map(({ keys }) => keys.current('access-token').kid)).size, 1)
  assert.equal((await store.keys.all()).length, 4)
})

test('[I14] neither the list nor the store shows a private key', async () => {
  const { keys, store } = await openDomain()
  assert.doesNotMatch(JSON.stringify(await keys.list()), /"sealed"|"d"/)
  for (const key of await store.keys.all()) {
    assert.equal('d' in key.publicJwk, false)
    // PKCS #8 names the curve in the clear: 1.2.840.10045.3.1.7.
    assert.equal(Buffer.from(key.sealed).includes(Buffer.from('2a8648ce3d030107', 'hex')), false)
  }
})

test('[I09] a key is published before it signs, and verifies until its last token has expired', async () => {
  const domain = await openDomain()
  const { keys } = domain
  const [current, next] = kidsOf(keys)
  await domain.addUser()
  const signedIn = await domain.signIn()
  await keys.rotate('access-token')
  assert.equal(keys.current('access-token').kid, next)
  assert.deepEqual(kidsOf(keys).slice(0, 1), [next])
  assert.ok(kidsOf(keys).includes(current))
  assert.equal(kidsOf(keys).length, 3)
  domain.clock.advance(TOKEN_LIFE_SECONDS * 1000 - 1)
  await keys.maintain()
  assert.equal(await domain.isRevoked(signedIn), false)
  domain.clock.advance(SKEW_SECONDS * 1000 + 1)
  await keys.maintain()
  assert.equal(kidsOf(keys).includes(current), false)
  assert.equal((await states(keys))[current ?? ''], undefined)
})

test('[I01] rotations that meet make one rotation, and both report success', async () => {
  const store = await openStore()
  const secret = newMasterSecret(systemRandom)
  const [a, b] = [await openDomain({ store, secret }), await openDomain({ store, secret })]
  await Promise.all([a.keys.rotate('access-token'), b.keys.rotate('access-token'), a.keys.rotate('access-token')])
  assert.equal(a.keys.current('access-token').kid, b.keys.current('access-token').kid)
  assert.deepEqual(Object.values(await states(a.keys)).sort(), ['current', 'next', 'previous'])
})

test('[B05] a revoked current key hands over to next at once, and what it signed is dead', async () => {
  const domain = await openDomain()
  await domain.addUser()
  const before = await domain.signIn()
  const [current, next] = kidsOf(domain.keys)
  assert.ok(current)
  await domain.keys.revoke(current)
  assert.equal(domain.keys.current('access-token').kid, next)
  assert.equal(kidsOf(domain.keys).includes(current), false)
  assert.equal((await states(domain.keys))[current], 'revoked')
  assert.equal(await domain.isRevoked(await domain.signIn()), false)
  // Its key is no longer published, so that nobody can verify it any more, whatever it claims.
  assert.throws(() => domain.claimsOf(before), refused('token_invalid'))
})

test('[B05] revoking a key twice, or from two servers, is one revocation; an unknown kid is not_found', async () => {
  const store = await openStore()
  const secret = newMasterSecret(systemRandom)
  const [a, b] = [await openDomain({ store, secret }), await openDomain({ store, secret })]
  const { kid } = a.keys.current('access-token')
  await Promise.all([a.keys.revoke(kid), b.keys.revoke(kid)])
  const { position } = await store.log.head()
  await a.keys.revoke(kid)
  assert.equal((await store.log.head()).position, position)
  assert.deepEqual(Object.values(await states(a.keys)).sort(), ['current', 'next', 'revoked'])
  await assert.rejects(a.keys.revoke(strangeId('kid')), refused('not_found'))
})

test('[B05] a revoked next key is replaced before it ever signs', async () => {
  const { keys } = await openDomain()
  const [current, next] = kidsOf(keys)
  await keys.revoke(next ?? '')
  assert.equal(keys.current('access-token').kid, current)
  assert.deepEqual(Object.values(await states(keys)).sort(), ['current', 'next', 'revoked'])
})

test('[I09] the schedule rotates each key that is old enough, and only then', async () => {
  const { keys, clock } = await openDomain({ rotationIntervalSeconds: 7 * 86_400 })
  const before = keys.current('access-token').kid
  clock.advance(7 * DAY_MS - 1)
  await keys.maintain()
  assert.equal(keys.current('access-token').kid, before)
  clock.advance(1)
  await keys.maintain()
  const after = keys.current('access-token').kid
  assert.notEqual(after, before)
  clock.advance(DAY_MS)
  await keys.maintain()
  assert.equal(keys.current('access-token').kid, after)
})

test('[G05] keys open under a list that holds the old secret, and a start without it says which key is closed', async () => {
  const store = await openStore()
  const [old, fresh] = [newMasterSecret(systemRandom), newMasterSecret(systemRandom)]
  const { keys } = await openDomain({ store, secret: old })
  const later = await openDomain({ store, secret: `${fresh},${old}` })
  assert.equal(later.keys.current('feed').kid, keys.current('feed').kid)
  await assert.rejects(openDomain({ store, secret: fresh }), (error: Error) => {
    return error.message.includes(keys.current('access-token').kid) && !error.message.includes(fresh)
  })
})

test('[I22] a sealed key that was copied to another row does not open there', async () => {
  const store = await openStore()
  const secret = newMasterSecret(systemRandom)
  await openDomain({ store, secret })
  const stored = await store.keys.all()
  const swapped = stored.map((key, index) => ({ ...key, sealed: stored[(index + 1) % stored.length]?.sealed ?? key.sealed }))
  const keys = { ...store.keys, all: () => Promise.resolve(swapped) }
  await assert.rejects(openDomain({ store: { ...store, keys }, secret }), /cannot be opened/)
})
