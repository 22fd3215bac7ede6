import type { NewWebhookEndpoint, WebhookEndpoint, WebhookEndpointChange } from '../api/webhook.ts'

/** An endpoint as somebody writes it down. */
export interface EndpointDraft {
  readonly url: string
  readonly description: string
  readonly signature: string
  readonly isAll: boolean
  readonly events: readonly string[]
}

export const emptyDraft: EndpointDraft = Object.freeze({ url: '', description: '', signature: 'v1', isAll: true, events: [] })

export const draftOf = ({ url, description, signature, events }: WebhookEndpoint): EndpointDraft => ({
  url,
  description: description ?? '',
  signature,
  isAll: events === null,
  events: events ?? [],
})

/** Where no event is chosen the server is asked with none, and says that there has to be one. */
export function newEndpointOf({ url, description, signature, isAll, events }: EndpointDraft): NewWebhookEndpoint {
  return {
    url: url.trim(),
    signature,
    ...(isAll ? {} : { events }),
    ...(description.trim() === '' ? {} : { description: description.trim() }),
  }
}

/** What is other than before, and nothing else: what somebody else has changed meanwhile stays. */
export function changeOf(before: WebhookEndpoint, draft: EndpointDraft): WebhookEndpointChange {
  const url = draft.url.trim()
  const description = draft.description.trim() === '' ? null : draft.description.trim()
  const events = draft.isAll ? null : draft.events
  return {
    ...(url === before.url ? {} : { url }),
    ...(description === before.description ? {} : { description }),
    ...(isSameChoice(events, before.events) ? {} : { events }),
  }
}

const isSameChoice = (one: readonly string[] | null, other: readonly string[] | null): boolean => {
  if (one === null || other === null) return one === other
  return one.length === other.length && one.every((name) => other.includes(name))
}
