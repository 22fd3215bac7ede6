import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verifier } from '../api/verifier.ts'
import type { WebhookEndpoint } from '../api/webhook.ts'
import { concerns, isKnown, type Known } from './concern.ts'

const verifier = (state: string): Verifier => ({
  service: { id: 'svc_1', name: 'orders' },
  instance: 'i',
  name: null,
  state,
  position: 1,
  behind: 0,
  age_ms: 1,
  reported_at: '2026-01-01T00:00:00.000Z',
  feed: 'sse',
})
const endpoint = (given: Partial<WebhookEndpoint>): WebhookEndpoint => ({
  id: 'whe_1',
  url: 'https://hooks.example/in',
  events: null,
  description: null,
  signature: 'v1',
  secrets: 1,
  status: 'enabled',
  reason: null,
  failing_since: null,
  created_at: '2026-01-01T00:00:00.000Z',
  ...given,
})
const summary = (thefts: number): NonNullable<Known['summary']> => ({
  head: { position: 1, at: 1 },
  live_cutoffs: 0,
  longest_token_seconds: 300,
  since: 0,
  entries: 0,
  thefts,
  kept_since: null,
  at_least: false,
})
const queue = (refused: number): NonNullable<Known['mails']> => ({
  mails: [],
  queue: { transport: 'smtp', waiting: 0, refused, oldest_at: null },
})

test('where all is well there is nothing to look at; before all was asked that is not said', () => {
  const known: Known = {
    summary: summary(0),
    verifiers: { verifiers: [verifier('fresh')], head: { position: 1 } },
    endpoints: [endpoint({})],
    mails: queue(0),
  }
  assert.deepEqual(concerns(known), [])
  assert.equal(isKnown(known), true)
  assert.equal(isKnown({ ...known, mails: undefined }), false)
})

test('thefts come first, then verifiers that are late, endpoints that fail or were turned off, mails that were refused', () => {
  const known: Known = {
    summary: summary(1),
    verifiers: { verifiers: [verifier('fresh'), verifier('silent'), verifier('grace')], head: { position: 1 } },
    endpoints: [
      endpoint({}),
      endpoint({ id: 'whe_2', failing_since: '2026-01-01T00:00:00.000Z' }),
      endpoint({ id: 'whe_3', status: 'disabled', reason: 'gone' }),
      endpoint({ id: 'whe_4', status: 'disabled', failing_since: '2026-01-01T00:00:00.000Z' }),
      endpoint({ id: 'whe_5', status: 'paused' }),
    ],
    mails: queue(2),
  }
  assert.deepEqual(
    concerns(known).map(({ href }) => href),
    ['/console/audit', '/console/verifiers', '/console/webhooks/whe_2', '/console/webhooks/whe_3', '/console/mails'],
  )
  assert.deepEqual(
    concerns(known)
      .slice(2, 4)
      .map(({ text }) => text),
    ['Deliveries are tried again, and are not lost.', 'It has answered 410: it is gone.'],
  )
  assert.deepEqual(
    concerns(known).map(({ title }) => title.split(' ')[0]),
    ['1', '2', 'https://hooks.example/in', 'https://hooks.example/in', '2'],
  )
})
