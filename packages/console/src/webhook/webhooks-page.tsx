import { type JSX, useState } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { createEndpoint, listEndpoints, type WebhookEndpoint } from '../api/webhook.ts'
import { ActionDialog, Button, type Column, DataTable, type Filter, Moment, Page, say, SecretDialog } from '../kit/index.ts'
import { endpointForm, webhooks as text } from '../message/en/webhook.ts'
import { EndpointBadge } from './endpoint-badge.tsx'
import { emptyDraft, newEndpointOf } from './endpoint-draft.ts'
import { EndpointFields } from './endpoint-fields.tsx'
import { endpointPath, eventsName, signatureName, statusName } from './endpoint.ts'

const columns: readonly Column<WebhookEndpoint>[] = [
  {
    id: 'url',
    title: text.columns.url,
    wide: true,
    cell: ({ url, description }) => (
      <>
        <span className="break">{url}</span>
        {description === null ? null : <span className="soft small block">{description}</span>}
      </>
    ),
    text: ({ url, description }) => (description === null ? url : `${url} (${description})`),
    order: ({ url }) => url,
  },
  { id: 'events', title: text.columns.events, cell: eventsName, text: ({ events }) => events?.join(' ') ?? text.allEvents },
  {
    id: 'status',
    title: text.columns.status,
    cell: (endpoint) => <EndpointBadge endpoint={endpoint} />,
    text: ({ status }) => statusName(status),
    order: ({ status }) => status,
  },
  {
    id: 'signature',
    title: text.columns.signature,
    cell: ({ signature }) => signatureName(signature),
    text: ({ signature }) => signatureName(signature),
    order: ({ signature }) => signature,
  },
  {
    id: 'created',
    title: text.columns.created,
    cell: (endpoint) => <Moment at={endpoint.created_at} />,
    text: (endpoint) => endpoint.created_at,
    order: (endpoint) => endpoint.created_at,
  },
]

const optionsOf = (names: Readonly<Record<string, string>>): Filter<WebhookEndpoint>['options'] =>
  Object.entries(names).map(([value, title]) => ({ value, title }))

const filters: readonly Filter<WebhookEndpoint>[] = [
  { id: 'status', title: text.filters.status, options: optionsOf(text.statuses), matches: ({ status }, value) => status === value },
  {
    id: 'signature',
    title: text.filters.signature,
    options: optionsOf(text.signatures),
    matches: ({ signature }, value) => signature === value,
  },
]

/** Every endpoint, and making one. */
export function WebhooksPage(): JSX.Element {
  const { data, error, refetch } = useList(['webhooks'], listEndpoints)
  const [isAdding, setAdding] = useState(false)
  return (
    <Page
      title={text.title}
      lead={text.lead}
      actions={
        <Button tone="accent" onClick={() => setAdding(true)}>
          {text.add}
        </Button>
      }
    >
      <DataTable
        id="webhooks"
        caption={text.caption}
        columns={columns}
        rows={data}
        keyOf={({ id }) => id}
        href={({ id }) => endpointPath(id)}
        filters={filters}
        searchable
        empty={text.empty}
        error={error}
        retry={refetch}
      />
      <AddEndpoint open={isAdding} onClose={() => setAdding(false)} />
    </Page>
  )
}

interface AddEndpointProps {
  readonly open: boolean
  readonly onClose: () => void
}

function AddEndpoint({ open, onClose }: AddEndpointProps): JSX.Element {
  const [draft, setDraft] = useState(emptyDraft)
  const [secret, setSecret] = useState<string>()
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    const issued = await createEndpoint(newEndpointOf(draft))
    await invalidate(['webhooks'])
    setDraft(emptyDraft)
    say(endpointForm.added(issued.webhook_endpoint.url))
    setSecret(issued.secret ?? undefined)
  }
  return (
    <>
      <ActionDialog
        open={open}
        onClose={onClose}
        title={endpointForm.addTitle}
        effect={endpointForm.addEffect}
        verb={endpointForm.addVerb}
        act={act}
        fields={<EndpointFields draft={draft} onChange={setDraft} isNew />}
      />
      <SecretDialog
        open={secret !== undefined}
        onClose={() => setSecret(undefined)}
        title={endpointForm.secretTitle}
        secret={secret ?? ''}
        what={endpointForm.secretWhat}
      />
    </>
  )
}
