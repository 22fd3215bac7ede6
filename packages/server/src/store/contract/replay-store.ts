import assert from 'node:assert/strict'
import { NOW } from './record.ts'
import { askAtOnce, type OpenStore, promises } from './suite.ts'

/** What `ReplayStore` promises, for any store. */
export function replayStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[I01] of 50 concurrent claims of one item exactly one wins', async (store) => {
    const counts = await askAtOnce(50, () => store.replay.claim('nonce', 'n1', NOW + 60_000))
    assert.deepEqual(
      counts,
      new Map([
        [true, 1],
        [false, 49],
      ]),
    )
  })

  promise('a claim is of one scope and one id, however they are cut', async (store) => {
    assert.equal(await store.replay.claim('ab', 'c', NOW + 60_000), true)
    assert.equal(await store.replay.claim('a', 'bc', NOW + 60_000), true)
    assert.equal(await store.replay.claim('ab', 'c2', NOW + 60_000), true)
    assert.equal(await store.replay.claim('ab', 'c', NOW + 120_000), false)
  })

  promise('[I12] claims of many others bring no claim back', async (store) => {
    assert.equal(await store.replay.claim('nonce', 'first', NOW + 60_000), true)
    const counts = await askAtOnce(500, (n) => store.replay.claim('nonce', `n${n}`, NOW + 60_000))
    assert.deepEqual(counts, new Map([[true, 500]]))
    assert.equal(await store.replay.claim('nonce', 'first', NOW + 60_000), false)
  })
}
