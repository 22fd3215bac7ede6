import type { JSX } from 'react'
import type { WebhookBacklog } from '../api/webhook.ts'
import { Card, Facts, Id, Moment, Notice, Tile, Tiles } from '../kit/index.ts'
import { endpoint as text, webhooks } from '../message/en/webhook.ts'
import { EndpointBadge } from './endpoint-badge.tsx'
import { reasonOf, signatureName } from './endpoint.ts'

interface Shown {
  readonly backlog: WebhookBacklog
}

/** How an endpoint does, and what it is. */
export function EndpointOverview({ backlog }: Shown): JSX.Element {
  return (
    <>
      <EndpointNotice backlog={backlog} />
      <EndpointTiles backlog={backlog} />
      <EndpointFacts backlog={backlog} />
    </>
  )
}

function EndpointNotice({ backlog: { webhook_endpoint: endpoint } }: Shown): JSX.Element | null {
  if (endpoint.status === 'disabled') {
    return (
      <Notice tone="danger" title={text.disabledTitle}>
        {reasonOf(endpoint)} {text.disabledText}
      </Notice>
    )
  }
  if (endpoint.status === 'paused') {
    return (
      <Notice tone="info" title={text.pausedTitle}>
        {text.pausedText}
      </Notice>
    )
  }
  if (endpoint.failing_since === null) return null
  return (
    <Notice tone="warning" title={text.failingTitle}>
      {text.failingText}
    </Notice>
  )
}

function EndpointTiles({ backlog }: Shown): JSX.Element {
  const { webhook_endpoint: endpoint, waiting, dead, oldest_at } = backlog
  return (
    <Tiles>
      <Tile title={text.tiles.status} value={<EndpointBadge endpoint={endpoint} />} />
      <Tile title={text.tiles.waiting} value={waiting.toLocaleString('en-GB')} note={text.notes.waiting} />
      <Tile title={text.tiles.dead} value={dead.toLocaleString('en-GB')} note={text.notes.dead} {...(dead > 0 ? { tone: 'danger' } : {})} />
      <Tile
        title={text.tiles.oldest}
        value={oldest_at === null ? '–' : <Moment at={oldest_at} />}
        note={oldest_at === null ? text.notes.nothing : ''}
      />
    </Tiles>
  )
}

function EndpointFacts({ backlog: { webhook_endpoint: endpoint } }: Shown): JSX.Element {
  const { facts } = text
  return (
    <Card title={text.card}>
      <Facts
        items={[
          [facts.id, <Id value={endpoint.id} />],
          [facts.url, <span className="break mono">{endpoint.url}</span>],
          [facts.description, endpoint.description ?? <span className="soft">{text.noDescription}</span>],
          [facts.events, endpoint.events === null ? webhooks.allEvents : <span className="mono">{endpoint.events.join(', ')}</span>],
          [facts.signature, signatureName(endpoint.signature)],
          ...(endpoint.signature === 'v1'
            ? [[facts.secrets, endpoint.secrets > 1 ? text.twoSecrets(endpoint.secrets) : endpoint.secrets] as const]
            : []),
          [facts.created, <Moment at={endpoint.created_at} />],
          ...(endpoint.failing_since === null ? [] : [[facts.failing, <Moment at={endpoint.failing_since} />] as const]),
        ]}
      />
    </Card>
  )
}
