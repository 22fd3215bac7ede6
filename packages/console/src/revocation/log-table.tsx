import type { JSX } from 'react'
import { usePages } from '../api/query.ts'
import { listRevocations, type Revocation } from '../api/revocation.ts'
import { Badge, type Column, DataTable, type Filter, Id, Moment, useTableState } from '../kit/index.ts'
import { revocation as words } from '../message/en/revocation.ts'
import { msText, positionText } from './figure.ts'
import { hrefOf, targetText, toneOf, whatText, whoText, whyText } from './entry.ts'

const TABLE = 'revocations'
const { columns: titles } = words

function TargetCell({ entry }: { readonly entry: Revocation }): JSX.Element {
  const { kind, id } = entry.target
  const href = hrefOf(entry.target)
  return (
    <>
      <Badge tone={toneOf(entry)}>{words.kinds[kind] ?? kind}</Badge>{' '}
      {id === undefined ? null : <Id value={id} {...(href === undefined ? {} : { href })} />}
    </>
  )
}

/** An id leads to its person; whoever has none has a word. */
function Who({ entry }: { readonly entry: Revocation }): JSX.Element {
  const id = entry.actor?.id ?? null
  if (id === null) return <>{whoText(entry)}</>
  const href = hrefOf({ kind: entry.actor?.kind ?? '', id })
  return <Id value={id} {...(href === undefined ? {} : { href })} />
}

function WhyCell({ entry }: { readonly entry: Revocation }): JSX.Element {
  return (
    <>
      <div className={entry.live ? '' : 'soft'}>{whatText(entry)}</div>
      <div className="soft small">
        {entry.actor !== null && (
          <>
            {words.by} <Who entry={entry} /> ·{' '}
          </>
        )}
        <Moment at={entry.at} />
      </div>
    </>
  )
}

const columns: readonly Column<Revocation>[] = [
  {
    id: 'position',
    title: titles.position,
    cell: ({ position }) => <span className="mono">{positionText(position)}</span>,
    text: ({ position }) => String(position),
    order: ({ position }) => position,
  },
  { id: 'target', title: titles.target, cell: (entry) => <TargetCell entry={entry} />, text: targetText },
  {
    id: 'why',
    title: titles.why,
    wide: true,
    cell: (entry) => <WhyCell entry={entry} />,
    text: whyText,
  },
  // It stands below the reason.
  {
    id: 'at',
    title: titles.at,
    hidden: true,
    cell: ({ at }) => <Moment at={at} />,
    text: ({ at }) => new Date(at).toISOString(),
    order: ({ at }) => at,
  },
  {
    id: 'refused',
    title: titles.refusedIn,
    numeric: true,
    cell: ({ propagation: told }) =>
      told && <span title={words.atMost(msText(told.slowest_ms), told.verifiers)}>{words.ms(msText(told.slowest_ms))}</span>,
    text: ({ propagation: told }) => (told === undefined ? '' : String(told.slowest_ms)),
    order: ({ propagation: told }) => told?.slowest_ms ?? -1,
  },
]

const filters: readonly Filter<Revocation>[] = [
  { id: 'target', title: words.targetFilter, options: Object.entries(words.kinds).map(([value, title]) => ({ value, title })) },
]

/** Entries as far back as they are kept. */
export function LogTable(): JSX.Element {
  const { filter } = useTableState(TABLE)
  const kind = filter['target']
  const { rows, error, more, refetch } = usePages(['revocation', 'log', kind], (before, signal) => listRevocations(kind, before, signal))
  return (
    <DataTable
      id={TABLE}
      caption={words.caption}
      columns={columns}
      rows={rows}
      keyOf={({ position }) => String(position)}
      filters={filters}
      server={{ filters: ['target'] }}
      searchable
      more={more}
      error={error}
      retry={refetch}
      empty={{ title: words.emptyTitle, text: words.emptyText, command: words.emptyCommand }}
    />
  )
}
