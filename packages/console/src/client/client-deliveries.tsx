import type { JSX } from 'react'
import { type Client, type ClientDelivery, listClientDeliveries } from '../api/client.ts'
import { usePages } from '../api/query.ts'
import { Badge, type Column, DataTable, type Filter, Id, Moment, useTableState } from '../kit/index.ts'
import { clientDelivery as text } from '../message/en/client.ts'
import { deliveryState, deliveryTone, outcomeText } from './client.ts'

const LIVE_MS = 2000
const TABLE = 'client-deliveries'

const columns: readonly Column<ClientDelivery>[] = [
  { id: 'session', title: text.columns.session, cell: ({ session }) => <Id value={session} />, text: ({ session }) => session },
  {
    id: 'user',
    title: text.columns.user,
    cell: ({ user }) => <Id value={user} href={`/console/users/${encodeURIComponent(user)}`} />,
    text: ({ user }) => user,
  },
  {
    id: 'state',
    title: text.columns.state,
    cell: ({ state }) => <Badge tone={deliveryTone(state)}>{deliveryState(state)}</Badge>,
    text: ({ state }) => deliveryState(state),
  },
  {
    id: 'attempts',
    title: text.columns.attempts,
    numeric: true,
    cell: ({ attempts }) => attempts,
    text: ({ attempts }) => String(attempts),
    order: ({ attempts }) => attempts,
  },
  { id: 'outcome', title: text.columns.outcome, wide: true, cell: outcomeText, text: outcomeText },
  { id: 'created', title: text.columns.created, cell: (row) => <Moment at={row.created_at} />, text: (row) => row.created_at },
  {
    id: 'due',
    title: text.columns.due,
    cell: (row) => (row.due_at === null ? '–' : <Moment at={row.due_at} />),
    text: (row) => row.due_at ?? '',
  },
  {
    id: 'settled',
    title: text.columns.settled,
    cell: (row) => (row.settled_at === null ? '–' : <Moment at={row.settled_at} />),
    text: (row) => row.settled_at ?? '',
    hidden: true,
  },
]

const filters: readonly Filter<ClientDelivery>[] = [
  { id: 'state', title: text.state, options: Object.entries(text.states).map(([value, title]) => ({ value, title })) },
]

interface ClientDeliveriesProps {
  readonly client: Client
  /** It is about to be removed, and not asked for any more. */
  readonly isLeaving: boolean
}

/** Of which ends of sessions a client was told, is yet to be, or could not be. */
export function ClientDeliveries({ client, isLeaving }: ClientDeliveriesProps): JSX.Element {
  const { state } = useTableState(TABLE).filter
  const { id, name, backchannel_logout_uri: uri } = client
  const { rows, error, more, refetch } = usePages(
    ['client', id, 'deliveries', state],
    (after, signal) => listClientDeliveries(id, state, after, signal),
    { enabled: !isLeaving, ...(uri === null ? {} : { liveMs: LIVE_MS }) },
  )
  return (
    <section className="stack" aria-label={text.title}>
      <h2>{text.title}</h2>
      <DataTable
        id={TABLE}
        caption={`${text.caption}: ${name}`}
        columns={columns}
        rows={rows}
        keyOf={(row) => row.id}
        filters={filters}
        server={{ filters: ['state'] }}
        searchable
        more={more}
        empty={uri === null ? text.notTold : text.empty}
        error={error}
        retry={refetch}
      />
    </section>
  )
}
