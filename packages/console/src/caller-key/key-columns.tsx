import type { CallerKey } from '../api/caller-key.ts'
import type { Service } from '../api/service.ts'
import { type Column, clock, type Filter, Id, Moment } from '../kit/index.ts'
import { callerKeyText as text } from '../message/en/caller-key.ts'
import { type KeyState, keyStates, stateOf } from './key-state.ts'
import { Owner, ownerText, StateBadge, serviceName } from './owner.tsx'

export type KeyColumn = keyof typeof text.column

const stateNow = (key: CallerKey): KeyState => stateOf(key, clock.now())

const stateText = (key: CallerKey): string => {
  const state = stateNow(key)
  return state === 'other' ? key.status : text.state[state]
}

/** What a table says of any key. */
export const keyColumns = (services: readonly Service[] | undefined): Readonly<Record<KeyColumn, Column<CallerKey>>> => ({
  name: {
    id: 'name',
    title: text.column.name,
    cell: ({ name, id }) => (
      <>
        <div>{name}</div>
        <Id value={id} />
      </>
    ),
    text: ({ name }) => name,
  },
  id: { id: 'id', title: text.column.id, cell: ({ id }) => <Id value={id} />, text: ({ id }) => id, hidden: true },
  owner: {
    id: 'owner',
    title: text.column.owner,
    cell: (key) => <Owner of={key} services={services} />,
    text: (key) => ownerText(key, services),
  },
  scope: {
    id: 'scope',
    title: text.column.scope,
    cell: ({ scope }) =>
      scope.length === 0 ? <span className="soft">{text.nothing}</span> : <span className="mono">{scope.join(' ')}</span>,
    text: ({ scope }) => scope.join(' '),
    wide: true,
  },
  state: {
    id: 'state',
    title: text.column.state,
    cell: (key) => <StateBadge state={stateNow(key)} status={key.status} />,
    text: stateText,
  },
  created: {
    id: 'created',
    title: text.column.created,
    cell: (key) => <Moment at={key.created_at} />,
    text: (key) => key.created_at,
    hidden: true,
  },
  expires: {
    id: 'expires',
    title: text.column.expires,
    cell: (key) => <Moment at={key.expires_at ?? undefined} never={text.neverEnds} />,
    text: (key) => key.expires_at ?? '',
    // What never ends is last.
    order: (key) => key.expires_at ?? '~',
  },
})

export const stateFilter: Filter<CallerKey> = {
  id: 'state',
  title: text.filterState,
  options: keyStates.map((value) => ({ value, title: text.state[value] })),
  matches: (key, value) => stateNow(key) === value,
}

/** The server narrows by it. @param chosen What the address says: it may be a person, of whom there are too many for a list. */
export function ownerFilter(services: readonly Service[] | undefined, chosen: string | undefined): Filter<CallerKey> {
  const known = (services ?? []).map(({ id }) => ({ value: id, title: serviceName(id, services) }))
  const isKnown = chosen === undefined || known.some(({ value }) => value === chosen)
  return {
    id: 'owner',
    title: text.filterOwner,
    options: isKnown ? known : [...known, { value: chosen, title: text.ownerPerson(chosen) }],
  }
}
