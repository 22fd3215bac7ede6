import assert from 'node:assert/strict'
import type { CounterCharge, CounterRelease } from '../../account/throttle/counter.ts'
import type { Store } from '../store.ts'
import { NOW } from './record.ts'
import { askAtOnce, type OpenStore, promises } from './suite.ts'

const rule = { freeAttempts: 3, forgetMs: 60_000, longestWaitMs: 8_000 }
const chargeOf = (key: number, change: Partial<CounterCharge['rule']> = {}): CounterCharge => ({ key, rule: { ...rule, ...change } })

/** The wait in milliseconds; undefined where the attempt was let in. */
async function waitFor(store: Store, at: number, ...charges: readonly CounterCharge[]): Promise<number | undefined> {
  const outcome = await store.throttle.charge(charges, at)
  return 'waitUntil' in outcome ? outcome.waitUntil - at : undefined
}

/** What takes an attempt back that was let in just now. */
async function admitted(store: Store, at: number, charge: CounterCharge, all = false): Promise<CounterRelease> {
  const outcome = await store.throttle.charge([charge], at)
  assert.ok('nextAt' in outcome)
  return { ...charge, nextAt: outcome.nextAt[0] ?? 0, all }
}

/** What `ThrottleStore` promises, for any store. */
export function throttleStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[I01] of 64 attempts at once only as many are let in as are free, and one that then waits', async (store) => {
    const counts = await askAtOnce(64, async () => (await waitFor(store, NOW, chargeOf(1))) === undefined)
    assert.deepEqual(
      counts,
      new Map([
        [true, 4],
        [false, 60],
      ]),
    )
  })

  promise('the wait doubles up to its limit, and an attempt that has to wait is not counted', async (store) => {
    let at = NOW
    for (let free = 0; free < 4; free++) assert.equal(await waitFor(store, at, chargeOf(1)), undefined)
    for (const wait of [1000, 2000, 4000, 8000, 8000]) {
      assert.equal(await waitFor(store, at, chargeOf(1)), wait)
      assert.equal(await waitFor(store, at + wait - 1, chargeOf(1)), 1)
      at += wait
      assert.equal(await waitFor(store, at, chargeOf(1)), undefined)
    }
  })

  promise('attempts are forgotten one after the other', async (store) => {
    for (let free = 0; free < 3; free++) await waitFor(store, NOW, chargeOf(1))
    assert.equal(await waitFor(store, NOW + 60_000, chargeOf(1)), undefined)
    assert.equal(await waitFor(store, NOW + 60_000, chargeOf(1)), undefined)
    assert.equal(await waitFor(store, NOW + 60_000, chargeOf(1)), 1000)
    for (let free = 0; free < 3; free++) assert.equal(await waitFor(store, NOW + 400_000, chargeOf(1)), undefined)
  })

  promise('an attempt is counted with all of its counters, or with none', async (store) => {
    const strict = chargeOf(2, { freeAttempts: 1 })
    assert.equal(await waitFor(store, NOW, chargeOf(1), strict), undefined)
    assert.equal(await waitFor(store, NOW, chargeOf(1), strict), undefined)
    for (let refused = 0; refused < 5; refused++) assert.equal(await waitFor(store, NOW, chargeOf(1), strict), 1000)
    assert.equal(await waitFor(store, NOW, chargeOf(1)), undefined)
  })

  promise(
    '[I01] attempts that share a counter and are else of different ones wait for nobody else, and all come to an end',
    async (store) => {
      const wide = chargeOf(100, { freeAttempts: 40 })
      const counts = await askAtOnce(60, async (n) => {
        const charges = n % 2 === 0 ? [chargeOf(n), wide] : [chargeOf(n, { freeAttempts: 1 }), wide]
        return (await waitFor(store, NOW, ...charges)) === undefined
      })
      assert.deepEqual(
        counts,
        new Map([
          [true, 41],
          [false, 19],
        ]),
      )
    },
  )

  promise('an attempt that is taken back leaves the counter as it was, with the wait of others', async (store) => {
    for (let free = 0; free < 3; free++) await waitFor(store, NOW, chargeOf(1))
    const taken = await admitted(store, NOW, chargeOf(1))
    assert.equal(await waitFor(store, NOW, chargeOf(1)), 1000)
    await store.throttle.release([taken], NOW + 10)
    const again = await admitted(store, NOW + 10, chargeOf(1))
    assert.equal(again.nextAt, NOW + 1010)
    const later = await admitted(store, NOW + 1010, chargeOf(1))
    await store.throttle.release([again], NOW + 1020)
    assert.equal(await waitFor(store, NOW + 1020, chargeOf(1)), 1990)
    await store.throttle.release([later], NOW + 1020)
    assert.equal(await waitFor(store, NOW + 1020, chargeOf(1)), undefined)
  })

  promise('what is forgiven is as if it had never been, and others stay', async (store) => {
    for (let free = 0; free < 4; free++) await waitFor(store, NOW, chargeOf(1), chargeOf(2), chargeOf(3))
    const release = { ...chargeOf(1), nextAt: 0, all: true }
    await store.throttle.release([release, { ...chargeOf(9), nextAt: 0, all: false }], NOW)
    for (let free = 0; free < 3; free++) assert.equal(await waitFor(store, NOW, chargeOf(1)), undefined)
    await store.throttle.forget(2, 2)
    assert.equal(await waitFor(store, NOW, chargeOf(2)), undefined)
    assert.equal(await waitFor(store, NOW, chargeOf(3)), 1000)
  })

  promise('sweeping drops what is forgotten, in its range, and nothing else', async (store) => {
    for (const key of [1, 2, 50]) await waitFor(store, NOW, chargeOf(key))
    await waitFor(store, NOW + 30_000, chargeOf(2))
    assert.equal(await store.throttle.sweep(0, 10, NOW + 59_999), 0)
    assert.equal(await store.throttle.sweep(0, 10, NOW + 60_000), 1)
    assert.equal(await store.throttle.sweep(0, 10, NOW + 120_000), 1)
    assert.equal(await store.throttle.sweep(0, 100, NOW + 120_000), 1)
  })
}
