import type { JSX } from 'react'
import { useSearchParams } from 'wouter'
import { type AuditEvent, listAuditEvents } from '../api/audit.ts'
import { usePages } from '../api/query.ts'
import { Badge, type Column, DataTable, Id, Moment, Page } from '../kit/index.ts'
import { withMember } from '../kit/table-address.ts'
import { audit as text } from '../message/en/audit.ts'
import { ChainCard } from './chain-card.tsx'
import { EventDialog } from './event-dialog.tsx'
import { actorKind, actorName, outcomeText, outcomeTone } from './event.ts'
import { ExportButtons } from './export-buttons.tsx'
import { SelectionForm } from './selection-form.tsx'
import { eventPath, isEmpty, positionIn, selectionOf } from './selection.ts'

const columns: readonly Column<AuditEvent>[] = [
  {
    id: 'position',
    title: text.columns.position,
    numeric: true,
    cell: ({ position }) => position,
    text: ({ position }) => String(position),
    order: ({ position }) => position,
  },
  { id: 'at', title: text.columns.at, cell: ({ at }) => <Moment at={at} />, text: ({ at }) => at, order: ({ at }) => at },
  {
    id: 'operation',
    title: text.columns.operation,
    cell: ({ operation }) => <span className="mono">{operation}</span>,
    text: ({ operation }) => operation,
  },
  {
    id: 'actor',
    title: text.columns.actor,
    cell: ({ actor }) => (actor.id === null ? actorKind(actor.kind) : <Named id={actor.id} />),
    text: actorName,
  },
  {
    id: 'target',
    title: text.columns.target,
    cell: ({ target }) => (target === null ? '–' : <Named id={target.id} />),
    text: ({ target }) => (target === null ? '' : `${target.kind} ${target.id}`),
  },
  {
    id: 'outcome',
    title: text.columns.outcome,
    cell: (event) => <Badge tone={outcomeTone(event.outcome)}>{outcomeText(event)}</Badge>,
    text: outcomeText,
  },
  { id: 'address', title: text.columns.address, cell: ({ address }) => address ?? '–', text: ({ address }) => address ?? '' },
]

/** An id; what somebody has typed as an address is cut at its end. */
const Named = ({ id }: { readonly id: string }): JSX.Element => (id.includes('@') ? <span className="clip">{id}</span> : <Id value={id} />)

/** Who has done what: narrowed by the server, each record with an address of its own; the chain, and whether it holds. */
export function AuditPage(): JSX.Element {
  const [query, setQuery] = useSearchParams()
  const selection = selectionOf(query)
  const { rows, error, more, refetch } = usePages(['audit', selection], (after, signal) => listAuditEvents(selection, after, signal))
  const position = positionIn(query)
  const close = (): void =>
    // The way back does not open it again.
    setQuery((now) => withMember(now, 'event', undefined), { replace: true })
  return (
    <Page title={text.title} lead={text.lead} actions={<ExportButtons selection={selection} />}>
      <SelectionForm />
      <DataTable
        id="audit"
        caption={text.caption}
        columns={columns}
        rows={rows}
        keyOf={(event) => String(event.position)}
        href={(event) => eventPath(query, event.position)}
        searchable
        more={more}
        empty={isEmpty(selection) ? text.empty : text.noneMatch}
        error={error}
        retry={refetch}
      />
      <ChainCard />
      <EventDialog position={position} known={rows?.find((each) => each.position === position)} onClose={close} />
    </Page>
  )
}
