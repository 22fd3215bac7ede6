import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock } from 'countersign/core'
import { WorkQueue } from './work-queue.ts'

/** Lets every promise that can settle do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('no more tasks run at a time than allowed, and those that wait run in order', async () => {
  const queue = new WorkQueue({ name: 'test', concurrency: 2, maxWaiting: 10 })
  const finishers: Array<() => void> = []
  const started: number[] = []
  const runs = [0, 1, 2, 3, 4].map((id) =>
    queue.run(async () => {
      started.push(id)
      await new Promise<void>((finish) => finishers.push(finish))
    }),
  )
  await settle()
  assert.deepEqual(started, [0, 1])
  finishers.shift()?.()
  await settle()
  assert.deepEqual(started, [0, 1, 2])
  while (started.length < 5 || finishers.length > 0) {
    finishers.shift()?.()
    await settle()
  }
  await Promise.all(runs)
  assert.deepEqual(started, [0, 1, 2, 3, 4])
})

test('[I13] what comes when the waiting room is full is refused as overloaded, at once', async () => {
  const queue = new WorkQueue({ name: 'test', concurrency: 1, maxWaiting: 1 })
  let finish: () => void = () => {}
  const running = queue.run(() => new Promise<void>((resolve) => (finish = resolve)))
  const waiting = queue.run(async () => 'waited')
  await assert.rejects(
    queue.run(async () => 'never'),
    (error) => error instanceof AuthError && error.code === 'overloaded',
  )
  finish()
  await running
  assert.equal(await waiting, 'waited')
})

test('a task that fails gives its place back', async () => {
  const queue = new WorkQueue({ name: 'test', concurrency: 1, maxWaiting: 0 })
  for (let round = 0; round < 3; round++)
    await assert.rejects(
      queue.run(() => Promise.reject(new Error('no'))),
      /no/,
    )
  assert.equal(await queue.run(async () => 'free'), 'free')
})

test('[I13] where tasks take long, few are let in to wait: what is refused is told at once, not after a minute', async () => {
  const clock = new ManualClock(0)
  const queue = new WorkQueue({ name: 'test', concurrency: 1, maxWaiting: 100, maxWaitMs: 2000, clock })
  const slow = async (): Promise<string> => {
    clock.advance(1500)
    return 'done'
  }
  for (let round = 0; round < 50; round++) await queue.run(slow)
  let finish: () => void = () => {}
  const running = queue.run(() => new Promise<void>((resolve) => (finish = resolve)))
  const waiting = [queue.run(slow), queue.run(slow)]
  await assert.rejects(queue.run(slow), (error) => error instanceof AuthError && error.code === 'overloaded')
  finish()
  await running
  assert.deepEqual(await Promise.all(waiting), ['done', 'done'])
})

test('[J04] whoever watches hears how long each has waited for its turn, and when it is over', async () => {
  const clock = new ManualClock(0)
  const heard: string[] = []
  const onTurn = (waitedMs: number) => {
    heard.push(`waited ${waitedMs}`)
    return (failed: boolean): void => void heard.push(failed ? 'failed' : 'done')
  }
  const queue = new WorkQueue({ name: 'test', concurrency: 1, maxWaiting: 1, clock, onTurn })
  const first = queue.run(async () => clock.advance(300))
  const second = queue.run(() => Promise.reject(new Error('no')))
  assert.deepEqual(queue.load, { running: 1, waiting: 1 })
  await Promise.allSettled([first, second])
  assert.deepEqual(heard, ['waited 0', 'done', 'waited 300', 'failed'])
  assert.deepEqual(queue.load, { running: 0, waiting: 0 })
})
