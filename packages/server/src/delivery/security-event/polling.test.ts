import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { AuthError, ManualClock, systemPlatform } from 'countersign/core'
import { createMemoryStore } from '../../store/memory/store.ts'
import { type PollRequest, Polling } from './polling.ts'
import { jobOf, POLLED, settingsText, streamOf } from './stream.ts'

const NOW = 1_800_000_000_000

async function scene() {
  const clock = new ManualClock(NOW)
  const { deliveries } = createMemoryStore({ cutoffLifeMs: 1, clock })
  const destination = {
    id: 'str_a',
    kind: POLLED,
    owner: 'svc_a',
    state: 'open',
    reason: undefined,
    settings: settingsText({ audience: 'svc_a', delivery: { method: 'poll' }, requested: undefined, description: undefined }),
    position: 0,
    revision: 1,
    createdAt: NOW,
  } as const
  await deliveries.add(destination)
  const listeners = new Set<() => void>()
  const polling = new Polling({
    store: deliveries,
    platform: { ...systemPlatform, clock },
    sign: ({ jti }) => `signed ${jti}`,
    onJob: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  })
  return {
    clock,
    polling,
    listeners,
    ask: (change: Partial<PollRequest> = {}, signal = new AbortController().signal) =>
      polling.poll('svc_a', 'str_a', { acknowledged: [], refused: new Map(), limit: 10, immediately: false, ...change }, signal),
    add: (id: string) =>
      deliveries.enqueue([jobOf('https://login.example', streamOf(destination), { id, subject: {}, type: 'urn:x', event: {} }, NOW)]),
  }
}

const nothing = { sets: {}, moreAvailable: false }

test('[B41] who waits is answered when there is something, without a look at the clock', async () => {
  const { ask, add, listeners } = await scene()
  const answer = ask()
  await turn()
  await add('j1')
  for (const wake of listeners) wake()
  assert.deepEqual(await answer, { sets: { j1: 'signed j1' }, moreAvailable: false })
  assert.equal(listeners.size, 0)
})

test('[B41] what another server has copied is found within a second', async () => {
  const { ask, add, clock } = await scene()
  const answer = ask()
  await turn()
  await add('j1')
  clock.advance(1000)
  assert.deepEqual(Object.keys((await answer).sets), ['j1'])
})

test('[B41] who waits is answered with nothing after 25 seconds, at a stop, and when it has gone', async () => {
  const { ask, clock, polling, listeners } = await scene()
  const first = ask()
  for (let second = 0; second < 25; second++) {
    await turn()
    assert.equal(listeners.size, 1, `second ${second}`)
    clock.advance(1000)
  }
  assert.deepEqual(await first, nothing)

  const gone = new AbortController()
  const second = ask({}, gone.signal)
  await turn()
  gone.abort()
  assert.deepEqual(await second, nothing)

  const third = ask()
  await turn()
  polling.stop()
  assert.deepEqual(await third, nothing)
  assert.deepEqual(await ask(), nothing)
  assert.equal(listeners.size, 0)
})

test('[B41] a pushed or a foreign stream is not there to be fetched', async () => {
  const { polling } = await scene()
  const request = { acknowledged: [], refused: new Map(), limit: 1, immediately: true }
  const { signal } = new AbortController()
  const isNotFound = (error: unknown): boolean => error instanceof AuthError && error.code === 'not_found'
  await assert.rejects(polling.poll('svc_b', 'str_a', request, signal), isNotFound)
  await assert.rejects(polling.poll(undefined, 'str_x', request, signal), isNotFound)
})
