import type { WebhookEndpoint, WebhookTest } from '../api/webhook.ts'
import { endpoint as text, webhooks } from '../message/en/webhook.ts'

export type Tone = 'plain' | 'accent' | 'warning' | 'danger' | 'live'

/** An endpoint that fails is enabled still, and not well. */
export function toneOf({ status, failing_since }: WebhookEndpoint): Tone {
  if (status === 'disabled') return 'danger'
  if (status === 'paused' || failing_since !== null) return 'warning'
  return status === 'enabled' ? 'live' : 'plain'
}

export const deliveryTone = (state: string): Tone => (state === 'dead' ? 'danger' : state === 'waiting' ? 'warning' : 'plain')

/** What the server does not explain yet is shown as it says it. */
export const statusName = (status: string): string => webhooks.statuses[status] ?? status
export const signatureName = (signature: string): string => webhooks.signatures[signature] ?? signature
export const eventsName = ({ events }: WebhookEndpoint): string =>
  events === null ? webhooks.allEvents : webhooks.eventCount(events.length)

export function reasonOf({ reason }: WebhookEndpoint): string {
  return reason === null ? '' : (text.reasons[reason] ?? reason)
}

/** What has become of a test, as a sentence. */
export function testSentence({ status, problem }: WebhookTest): string {
  if (status !== null) return text.answered(status)
  return text.unanswered(problem === null ? '' : (text.problems[problem] ?? problem))
}

/** A JSON text, to be read; anything else as it is. */
export function readable(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), undefined, 2)
  } catch {
    return payload
  }
}

/** Why there was no answer is told as a word; a status as it came. */
export const outcomeName = (outcome: string): string => text.problems[outcome] ?? outcome

/** Where the page of an endpoint stands. */
export const endpointPath = (id: string): string => `/console/webhooks/${encodeURIComponent(id)}`
