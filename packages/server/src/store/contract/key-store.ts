import assert from 'node:assert/strict'
import type { KeyRotation } from '../../signing/key-store.ts'
import type { Store } from '../store.ts'
import { CUTOFF_LIFE_MS, keyRecord, NOW } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const KEYSET = 'keyset issuer: soft'

const withKeys = (store: Store) => store.keys.initialise([keyRecord('k1', 'current'), keyRecord('k2', 'next')])

const rotation = (from: string, next: string, change: Partial<KeyRotation> = {}): KeyRotation => ({
  purpose: 'access-token',
  from,
  next: keyRecord(next, 'next'),
  verifyUntil: NOW + 500,
  at: NOW + 1,
  ...change,
})

const statesOf = async (store: Store): Promise<Record<string, string>> =>
  Object.fromEntries((await store.keys.all()).map(({ kid, state }) => [kid, state]))

const keyOf = async (store: Store, kid: string) => (await store.keys.all()).find((key) => key.kid === kid)

/** What `KeyStore` promises, for any store. */
export function keyStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('the first keys of a purpose are added once, as they were given', async (store) => {
    const keys = [keyRecord('k1', 'current'), keyRecord('k2', 'next')]
    const appended = await appendedBy(store, async () => {
      const counts = await askAtOnce(20, () => store.keys.initialise(keys))
      assert.deepEqual(
        counts,
        new Map([
          [true, 1],
          [false, 19],
        ]),
      )
    })
    assert.deepEqual(appended, [KEYSET])
    assert.deepEqual(
      (await store.keys.all()).map((key) => ({ ...key, sealed: [...key.sealed] })),
      keys.map((key) => ({ ...key, sealed: [...key.sealed] })),
    )
    assert.equal(await store.keys.initialise([keyRecord('f1', 'current', 'feed'), keyRecord('f2', 'next', 'feed')]), true)
  })

  promise('[I09] a rotation moves every key on by one state', async (store) => {
    await withKeys(store)
    assert.deepEqual(await appendedBy(store, async () => assert.equal(await store.keys.rotate(rotation('k1', 'k3')), 'rotated')), [KEYSET])
    assert.deepEqual(await statesOf(store), { k1: 'previous', k2: 'current', k3: 'next' })
    assert.equal((await keyOf(store, 'k1'))?.verifyUntil, NOW + 500)
    assert.equal((await keyOf(store, 'k2'))?.activatedAt, NOW + 1)
  })

  promise('[I01] of 20 rotations from one current key one happens', async (store) => {
    await withKeys(store)
    const appended = await appendedBy(store, async () => {
      const counts = await askAtOnce(20, (n) => store.keys.rotate(rotation('k1', `n${n}`)))
      assert.deepEqual(
        counts,
        new Map([
          ['rotated', 1],
          ['lost', 19],
        ]),
      )
    })
    assert.deepEqual(appended, [KEYSET])
    assert.equal((await store.keys.all()).length, 3)
  })

  promise('a rotation of one purpose leaves the other alone', async (store) => {
    await withKeys(store)
    await store.keys.initialise([keyRecord('f1', 'current', 'feed'), keyRecord('f2', 'next', 'feed')])
    assert.equal(await store.keys.rotate(rotation('k1', 'f3', { purpose: 'feed' })), 'lost')
    assert.equal(await store.keys.rotate(rotation('f1', 'f3', { purpose: 'feed', next: keyRecord('f3', 'next', 'feed') })), 'rotated')
    assert.deepEqual(await statesOf(store), { k1: 'current', k2: 'next', f1: 'previous', f2: 'current', f3: 'next' })
  })

  promise('[I09] a revoked current key hands over at once, its cut-off in the same transaction', async (store) => {
    await withKeys(store)
    const revocation = { kid: 'k1', next: keyRecord('k3', 'next'), at: NOW + 1 }
    const appended = await appendedBy(store, async () => assert.equal(await store.keys.revoke(revocation), 'revoked'))
    assert.deepEqual(appended, ['cutoff key:k1 soft', KEYSET])
    assert.deepEqual(await statesOf(store), { k1: 'revoked', k2: 'current', k3: 'next' })
    assert.equal((await keyOf(store, 'k2'))?.activatedAt, NOW + 1)
    assert.equal(await store.keys.rotate(rotation('k1', 'k4')), 'lost')
  })

  promise('a revoked next key is replaced, a revoked previous one is not', async (store) => {
    await withKeys(store)
    await store.keys.revoke({ kid: 'k2', next: keyRecord('k3', 'next'), at: NOW })
    assert.deepEqual(await statesOf(store), { k1: 'current', k2: 'revoked', k3: 'next' })
    await store.keys.rotate(rotation('k1', 'k4'))
    await store.keys.revoke({ kid: 'k1', next: keyRecord('k5', 'next'), at: NOW })
    assert.deepEqual(await statesOf(store), { k1: 'revoked', k2: 'revoked', k3: 'current', k4: 'next' })
  })

  promise('[I01] of 20 revocations of one key one changes something, and all say that it is revoked', async (store) => {
    await withKeys(store)
    const appended = await appendedBy(store, async () => {
      const counts = await askAtOnce(20, (n) => store.keys.revoke({ kid: 'k1', next: keyRecord(`n${n}`, 'next'), at: NOW }))
      assert.deepEqual(counts, new Map([['revoked', 20]]))
    })
    assert.deepEqual(appended, ['cutoff key:k1 soft', KEYSET])
    assert.equal((await store.keys.all()).length, 3)
  })

  promise('revoking an unknown key changes and appends nothing', async (store) => {
    await withKeys(store)
    const revocation = { kid: 'k9', next: keyRecord('k3', 'next'), at: NOW }
    assert.deepEqual(await appendedBy(store, async () => assert.equal(await store.keys.revoke(revocation), 'unknown')), [])
    assert.equal((await store.keys.all()).length, 2)
  })

  promise('[I09] a key is retired when the last token that it signed has expired, not before', async (store) => {
    await withKeys(store)
    await store.keys.rotate(rotation('k1', 'k3'))
    await store.keys.revoke({ kid: 'k2', next: keyRecord('k4', 'next'), at: NOW })
    assert.deepEqual(await appendedBy(store, async () => assert.equal(await store.keys.retire(NOW + 499), 0)), [])
    assert.deepEqual(await appendedBy(store, async () => assert.equal(await store.keys.retire(NOW + 500), 1)), [KEYSET])
    assert.equal(await store.keys.retire(NOW + CUTOFF_LIFE_MS - 1), 0)
    assert.equal(await store.keys.retire(NOW + CUTOFF_LIFE_MS), 1)
    assert.deepEqual(await statesOf(store), { k3: 'current', k4: 'next' })
  })

  promise('[G05] a key is sealed otherwise by who knows how it rests now, once, and nobody hears of it', async (store) => {
    await store.keys.initialise([keyRecord('k1', 'current'), keyRecord('k2', 'next')])
    const { position } = await store.log.head()
    const from = new Uint8Array([1, 2, 3, 250])
    const done = await Promise.all(Array.from({ length: 10 }, (_, at) => store.keys.reseal('k1', from, new Uint8Array([7, at]))))
    assert.equal(done.filter((isDone) => isDone).length, 1)
    const sealed = (await store.keys.all()).find(({ kid }) => kid === 'k1')?.sealed
    assert.deepEqual([...(sealed ?? [])], [7, done.indexOf(true)])
    assert.equal(await store.keys.reseal('k3', from, from), false)
    assert.equal((await store.log.head()).position, position)
  })
}
