import type { JSX } from 'react'
import type { WebhookEndpoint } from '../api/webhook.ts'
import { Badge } from '../kit/index.ts'
import { webhooks } from '../message/en/webhook.ts'
import { statusName, toneOf } from './endpoint.ts'

/** Its status; and that it fails, where it is enabled and does. */
export function EndpointBadge({ endpoint }: { readonly endpoint: WebhookEndpoint }): JSX.Element {
  const isFailing = endpoint.failing_since !== null && endpoint.status !== 'disabled'
  return (
    <Badge tone={toneOf(endpoint)}>
      {statusName(endpoint.status)}
      {isFailing ? `, ${webhooks.failing.toLowerCase()}` : ''}
    </Badge>
  )
}
