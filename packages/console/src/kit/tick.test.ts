import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cancel, Clock } from './clock.ts'
import { createTicker } from './tick.ts'

class HandClock implements Clock {
  #now = 10_300
  readonly #waiting = new Map<() => void, number>()
  readonly now = (): number => this.#now
  readonly after = (ms: number, task: () => void): Cancel => {
    this.#waiting.set(task, this.#now + ms)
    return () => void this.#waiting.delete(task)
  }

  get waiting(): number {
    return this.#waiting.size
  }

  advance(ms: number): void {
    this.#now += ms
    for (const [task, at] of [...this.#waiting]) {
      if (at > this.#now) continue
      this.#waiting.delete(task)
      task()
    }
  }
}

test('one timer serves all, at the beginning of each second, and none runs when nobody listens', () => {
  const hand = new HandClock()
  const ticker = createTicker(hand)
  let heard = ''
  const first = ticker.subscribe(() => (heard += 'a'))
  const second = ticker.subscribe(() => (heard += 'b'))
  assert.equal(hand.waiting, 1)
  hand.advance(699)
  assert.equal(heard, '')
  hand.advance(1)
  assert.equal(heard, 'ab')
  hand.advance(1000)
  assert.equal(heard, 'abab')
  first()
  first()
  hand.advance(1000)
  assert.equal(heard, 'ababb')
  second()
  assert.equal(hand.waiting, 0)
  const third = ticker.subscribe(() => (heard += 'c'))
  assert.equal(hand.waiting, 1)
  hand.advance(1000)
  assert.equal(heard, 'ababbc')
  third()
})

test('the second does not change while it runs', () => {
  const hand = new HandClock()
  const ticker = createTicker(hand)
  assert.equal(ticker.second(), 10_000)
  hand.advance(699)
  assert.equal(ticker.second(), 10_000)
  hand.advance(1)
  assert.equal(ticker.second(), 11_000)
})
