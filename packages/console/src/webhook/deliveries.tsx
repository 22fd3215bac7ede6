import { type JSX, useState } from 'react'
import { useSearchParams } from 'wouter'
import { usePages } from '../api/query.ts'
import type { WebhookBacklog } from '../api/webhook.ts'
import { listDeliveries, type WebhookDelivery } from '../api/webhook-delivery.ts'
import { Badge, Button, type Column, DataTable, type Filter, Moment, Notice, useTableState } from '../kit/index.ts'
import { isoOfLocal, localOfIso } from '../kit/local-time.ts'
import { withMember } from '../kit/table-address.ts'
import { delivery as text } from '../message/en/webhook.ts'
import { DeliveryDialog } from './delivery-dialog.tsx'
import { deliveryTone, endpointPath, outcomeName } from './endpoint.ts'
import { ReplayDialog } from './replay-dialog.tsx'
import { PeriodFields } from './period-fields.tsx'

const LIVE_MS = 2000
const TABLE = 'webhook-deliveries'

const stateName = (state: string): string => text.states[state] ?? state

const columns: readonly Column<WebhookDelivery>[] = [
  { id: 'type', title: text.columns.type, cell: ({ type }) => <span className="mono">{type}</span>, text: ({ type }) => type },
  {
    id: 'state',
    title: text.columns.state,
    cell: ({ state }) => <Badge tone={deliveryTone(state)}>{stateName(state)}</Badge>,
    text: ({ state }) => stateName(state),
  },
  {
    id: 'attempts',
    title: text.columns.attempts,
    numeric: true,
    cell: ({ attempts }) => attempts,
    text: ({ attempts }) => String(attempts),
    order: ({ attempts }) => attempts,
  },
  {
    id: 'outcome',
    title: text.columns.outcome,
    wide: true,
    cell: ({ outcome }) => (outcome === null ? text.none : outcomeName(outcome)),
    text: ({ outcome }) => outcome ?? '',
  },
  {
    id: 'created',
    title: text.columns.created,
    cell: (row) => <Moment at={row.created_at} />,
    text: (row) => row.created_at,
    order: (row) => row.created_at,
  },
  {
    id: 'due',
    title: text.columns.due,
    cell: (row) => (row.due_at === null ? '–' : <Moment at={row.due_at} />),
    text: (row) => row.due_at ?? '',
    order: (row) => row.due_at ?? '',
  },
]

const filters: readonly Filter<WebhookDelivery>[] = [
  { id: 'state', title: text.stateFilter, options: Object.entries(text.states).map(([value, title]) => ({ value, title })) },
]

interface DeliveriesProps {
  readonly backlog: WebhookBacklog
}

/** What was sent to an endpoint, waits to be, or was given up. */
export function Deliveries({ backlog }: DeliveriesProps): JSX.Element {
  const { id, status } = backlog.webhook_endpoint
  const isDisabled = status === 'disabled'
  const { filter } = useTableState(TABLE)
  const [query, setQuery] = useSearchParams()
  const [isReplaying, setReplaying] = useState(false)
  const [replayed, setReplayed] = useState<string>()
  const { state, since, until } = filter
  const { rows, error, more, refetch } = usePages(
    ['webhook-deliveries', id, state, since, until],
    (after, signal) => listDeliveries({ endpoint: id, state, since, until }, after, signal),
    { liveMs: LIVE_MS },
  )
  const setPeriod = (name: string, local: string): void =>
    setQuery((before) => withMember(before, name, isoOfLocal(local)), { replace: true })
  const isNarrow = [state, since, until].some((each) => each !== undefined)
  return (
    <section className="stack" aria-label={text.title}>
      <header className="section-head">
        <h2>{text.title}</h2>
        {isDisabled ? (
          <span className="soft small">{text.enableFirst}</span>
        ) : (
          <Button tone="quiet" compact onClick={() => setReplaying(true)}>
            {text.replayAll}
          </Button>
        )}
      </header>
      {replayed === undefined ? null : <Notice tone="info">{replayed}</Notice>}
      <PeriodFields since={localOfIso(since)} until={localOfIso(until)} onChange={setPeriod} />
      <DataTable
        id={TABLE}
        caption={text.caption}
        columns={columns}
        rows={rows}
        keyOf={(row) => row.id}
        href={(row) => `${endpointPath(id)}?${withMember(query, 'delivery', row.id)}`}
        filters={filters}
        server={{ filters: ['state'] }}
        searchable
        more={more}
        empty={isNarrow ? text.noneMatch : { ...text.empty, command: `countersign webhooks test ${id}` }}
        error={error}
        retry={refetch}
      />
      <DeliveryDialog
        id={query.get('delivery') ?? undefined}
        endpoint={id}
        canReplay={!isDisabled}
        onClose={() => setQuery((before) => withMember(before, 'delivery', undefined), { replace: true })}
      />
      <ReplayDialog backlog={backlog} open={isReplaying} onClose={() => setReplaying(false)} onReplayed={setReplayed} />
    </section>
  )
}
