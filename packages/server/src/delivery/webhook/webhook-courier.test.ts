import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ManualClock, systemRandom } from 'countersign/core'
import { createMemoryStore } from '../../store/memory/store.ts'
import type { Destination, Job } from '../delivery-store.ts'
import type { Outcome } from '../delivery-worker.ts'
import { exchangeCourier, webhookCourier } from './webhook-courier.ts'
import { endpointOf, settingsText } from './webhook-endpoint.ts'
import { EXCHANGE, eventJob, WEBHOOK } from './webhook-event.ts'
import type { Sent } from './webhook-sender.ts'

const NOW = 1_800_000_000_000
const HOUR_MS = 3_600_000
const never = new AbortController().signal

function destination(id: string, change: Partial<Destination> = {}): Destination {
  const settings = { events: undefined, description: undefined, signature: 'v1', secrets: [], failingSince: undefined } as const
  return {
    ...{ id, kind: WEBHOOK, owner: 'usr_a', state: 'open', reason: undefined, position: 0, revision: 1, createdAt: NOW },
    settings: settingsText({ url: 'https://receiver.example/', ...settings }),
    ...change,
  }
}

const eventAt = (at: number, id = 'evt_1') => eventJob({ id, type: 'user.created', at, data: { user: 'usr_a' } })
const jobTo = (endpoint: string, attempt = 1): Job => ({ ...eventAt(NOW), id: `${endpoint}.evt_1`, destination: endpoint, attempt })

async function world() {
  const clock = new ManualClock(NOW)
  const { deliveries: store } = createMemoryStore({ cutoffLifeMs: HOUR_MS, clock })
  await store.add(destination(EXCHANGE, { kind: EXCHANGE }))
  await store.add(destination('whe_a'))
  const disabled: string[] = []
  let answer: Sent = { status: 204 }
  const courier = webhookCourier({
    store,
    sender: { send: async () => answer },
    platform: { clock, random: systemRandom, fetch },
    noticesOf: ({ owner }, reason, at) => [{ ...eventAt(at, `mail.${owner}.${reason}`) }],
    onDisabled: (id, reason) => void disabled.push(`${id} ${reason}`),
    onFailure: (error) => assert.fail(String(error)),
  })
  const deliver = async (said: Sent, attempt = 1): Promise<Outcome> => {
    answer = said
    const found = await store.find('whe_a')
    assert.ok(found)
    return courier.deliver(jobTo('whe_a', attempt), found, never)
  }
  const endpoint = async () => {
    const found = await store.find('whe_a')
    assert.ok(found)
    return endpointOf(found)
  }
  return { clock, store, disabled, deliver, endpoint }
}

suite('delivering webhooks', () => {
  test('[F03] an endpoint is disabled when nothing was delivered for five days, told with the change; one success in between begins anew', async () => {
    const { clock, store, disabled, deliver, endpoint } = await world()
    for (const days of [0, 4]) {
      clock.advance(NOW + days * 24 * HOUR_MS - clock.now())
      assert.deepEqual(await deliver({ problem: 'timeout' }), { state: 'failed', problem: 'timeout' })
    }
    assert.equal((await endpoint()).failingSince, NOW)
    assert.deepEqual(await deliver({ status: 200 }), { state: 'delivered', kept: 'HTTP 200' })
    assert.equal((await endpoint()).failingSince, undefined)
    for (const days of [5, 9]) {
      clock.advance(NOW + days * 24 * HOUR_MS - clock.now())
      await deliver({ status: 500 })
    }
    assert.deepEqual(disabled, [])
    clock.advance(NOW + 10 * 24 * HOUR_MS - clock.now())
    await Promise.all(Array.from({ length: 5 }, () => deliver({ status: 500 })))
    assert.deepEqual(disabled, ['whe_a failed_for_days'])
    assert.deepEqual([(await endpoint()).status, (await endpoint()).reason], ['disabled', 'failed_for_days'])
    const told = (await store.waiting(EXCHANGE, 10)).map(({ id, payload }) => [id.startsWith('evt_'), JSON.parse(payload).type])
    assert.deepEqual(told, [
      [true, 'webhook_endpoint.disabled'],
      [false, 'user.created'],
    ])
    assert.deepEqual(await deliver({ status: 200 }), { state: 'refused', problem: 'endpoint_disabled' })
  })

  test('[F03] the 24th failure of a message is its last', async () => {
    const { deliver } = await world()
    assert.equal((await deliver({ status: 500 }, 23)).state, 'failed')
    assert.deepEqual(await deliver({ status: 500 }, 24), { state: 'refused', problem: 'HTTP 500' })
    assert.equal((await deliver({ status: 302 }, 1)).state, 'failed')
  })

  test('[F02] an event is dealt to those endpoints that were there, want it and are not disabled; twice dealt it is there once', async () => {
    const { store } = await world()
    const wanting = (events: readonly string[]) =>
      JSON.stringify({ url: 'https://receiver.example/', events, signature: 'v1', secrets: [] })
    await store.add(destination('whe_other', { settings: wanting(['session.created']) }))
    await store.add(destination('whe_named', { settings: wanting(['user.created']) }))
    await store.add(destination('whe_paused', { state: 'held' }))
    await store.add(destination('whe_disabled', { state: 'shut' }))
    await store.add(destination('whe_later', { createdAt: NOW + 1 }))
    const exchange = exchangeCourier(store, () => undefined)
    const job = { ...eventAt(NOW), attempt: 1 }
    for (let n = 0; n < 2; n++) assert.deepEqual(await exchange.deliver(job, destination(EXCHANGE), never), { state: 'delivered' })
    const waiting = await Promise.all(
      ['whe_a', 'whe_other', 'whe_named', 'whe_paused', 'whe_disabled', 'whe_later'].map(async (id) => (await store.backlog(id)).waiting),
    )
    assert.deepEqual(waiting, [1, 0, 1, 1, 0, 0])
  })
})
