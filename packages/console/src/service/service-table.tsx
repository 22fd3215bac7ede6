import type { JSX } from 'react'
import { useLocation } from 'wouter'
import type { Service } from '../api/service.ts'
import type { Verifier } from '../api/verifier.ts'
import { type Column, DataTable, Id, Menu, Moment } from '../kit/index.ts'
import { serviceText } from '../message/en/service.ts'
import { fleetOf, ofService } from './fleet.ts'

const text = serviceText.services

function reportingText(id: string, verifiers: readonly Verifier[] | undefined): string {
  const own = ofService(verifiers, id)
  if (own === undefined) return ''
  const { fresh, count } = fleetOf(own)
  return count === 0 ? text.noVerifier : text.some(count, fresh)
}

const columnsOf = (verifiers: readonly Verifier[] | undefined): readonly Column<Service>[] => [
  { id: 'name', title: text.name, cell: ({ name }) => name, text: ({ name }) => name },
  { id: 'id', title: text.id, cell: ({ id }) => <Id value={id} />, text: ({ id }) => id },
  {
    id: 'reporting',
    title: text.reporting,
    cell: ({ id }) => reportingText(id, verifiers),
    text: ({ id }) => reportingText(id, verifiers),
    order: ({ id }) => ofService(verifiers, id)?.length ?? 0,
  },
  { id: 'created', title: text.created, cell: (service) => <Moment at={service.created_at} />, text: (service) => service.created_at },
]

interface ServiceTableProps {
  readonly services: readonly Service[] | undefined
  readonly verifiers: readonly Verifier[] | undefined
  readonly error: unknown
  readonly retry: () => void
  readonly onRemove: (service: Service) => void
}

/** Who may read the feed. */
export function ServiceTable({ services, verifiers, error, retry, onRemove }: ServiceTableProps): JSX.Element {
  const [, navigate] = useLocation()
  const itemsOf = (service: Service) => [
    { title: text.verifiers, onSelect: () => navigate(`/console/verifiers?service=${service.id}`) },
    { title: text.apiKeys, onSelect: () => navigate(`/console/api-keys?owner=${service.id}`) },
    { title: text.accessKeys, onSelect: () => navigate(`/console/access-keys?owner=${service.id}`) },
    { title: text.remove, tone: 'danger' as const, onSelect: () => onRemove(service) },
  ]
  return (
    <DataTable
      id="services"
      caption={text.caption}
      columns={columnsOf(verifiers)}
      rows={services}
      keyOf={({ id }) => id}
      error={error}
      retry={retry}
      empty={text.empty}
      actions={(service) => <Menu label={text.actions} aria-label={text.actionsFor(service.name)} items={itemsOf(service)} />}
    />
  )
}
