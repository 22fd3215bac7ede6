import type { JSX } from 'react'
import type { Service } from '../api/service.ts'
import type { Verifier } from '../api/verifier.ts'
import { Age, type Column, DataTable, epochOf, type Filter, Id } from '../kit/index.ts'
import { serviceText } from '../message/en/service.ts'
import { positionText } from '../revocation/figure.ts'
import { verifierStates } from './fleet.ts'
import { stateTitle, VerifierState } from './verifier-state.tsx'

const text = serviceText.verifiers
const feeds: Readonly<Record<string, string>> = text.feeds
const feedTitle = ({ feed }: Verifier): string => feeds[feed] ?? feed

const columns: readonly Column<Verifier>[] = [
  { id: 'service', title: text.service, cell: ({ service }) => service.name, text: ({ service }) => service.name },
  {
    id: 'process',
    title: text.process,
    cell: ({ name, instance }) => (name === null ? <Id value={instance} /> : name),
    text: ({ name, instance }) => (name === null ? instance : `${name} ${instance}`),
  },
  { id: 'state', title: text.state, cell: ({ state }) => <VerifierState state={state} />, text: ({ state }) => stateTitle(state) },
  {
    id: 'behind',
    title: text.behind,
    cell: ({ behind }) => serviceText.entries(behind),
    text: ({ behind }) => String(behind),
    order: ({ behind }) => behind,
    numeric: true,
  },
  {
    id: 'position',
    title: text.position,
    cell: ({ position }) => positionText(position),
    text: ({ position }) => String(position),
    order: ({ position }) => position,
    numeric: true,
  },
  {
    id: 'age',
    title: text.age,
    cell: ({ age_ms: age }) => (age === null ? text.never : text.seconds(age)),
    text: ({ age_ms: age }) => (age === null ? '' : String(age)),
    order: ({ age_ms: age }) => age ?? Number.MAX_SAFE_INTEGER,
    numeric: true,
  },
  {
    id: 'reported',
    title: text.reported,
    cell: ({ reported_at: at }) => <Age since={epochOf(at)} />,
    text: ({ reported_at: at }) => at,
  },
  { id: 'feed', title: text.feed, cell: feedTitle, text: feedTitle },
]

const stateFilter: Filter<Verifier> = {
  id: 'state',
  title: text.state,
  options: verifierStates.map((value) => ({ value, title: stateTitle(value) })),
  matches: ({ state }, value) => state === value,
}

interface VerifierTableProps {
  readonly verifiers: readonly Verifier[] | undefined
  readonly services: readonly Service[] | undefined
  readonly error: unknown
  readonly retry: () => void
}

/** Every process that reports, and how fresh it is. */
export function VerifierTable({ verifiers, services, error, retry }: VerifierTableProps): JSX.Element {
  const serviceFilter: Filter<Verifier> = {
    id: 'service',
    title: text.service,
    options: (services ?? []).map(({ id, name }) => ({ value: id, title: name })),
    matches: ({ service }, value) => service.id === value,
  }
  return (
    <DataTable
      id="verifiers"
      caption={text.caption}
      columns={columns}
      rows={verifiers}
      keyOf={({ service, instance }) => `${service.id} ${instance}`}
      searchable
      filters={[serviceFilter, stateFilter]}
      error={error}
      retry={retry}
      empty={text.empty}
    />
  )
}
