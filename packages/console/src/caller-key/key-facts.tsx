import type { ReactNode } from 'react'
import type { CallerKey } from '../api/caller-key.ts'
import type { Service } from '../api/service.ts'
import { clock, Id, Moment } from '../kit/index.ts'
import { callerKeyText as text } from '../message/en/caller-key.ts'
import { stateOf } from './key-state.ts'
import { Owner, StateBadge } from './owner.tsx'

type Fact = readonly [string, ReactNode]

interface Ground {
  readonly services: readonly Service[] | undefined
  /** Of the list: below it each key has its page. */
  readonly path: string
}

interface CommonFacts {
  readonly id: Fact
  readonly owner: Fact
  readonly state: Fact
  readonly successor: Fact | undefined
  readonly scope: Fact
  readonly addresses: Fact
  readonly created: Fact
  readonly expires: Fact
}

/** @param word What is said when there is nothing in the list. */
export const listOrWord = (list: readonly string[], word: string): ReactNode =>
  list.length === 0 ? word : <span className="mono">{list.join(' ')}</span>

/** What is said of any key. */
export const commonFacts = (key: CallerKey, { services, path }: Ground): CommonFacts => ({
  id: [text.column.id, <Id key="id" value={key.id} />],
  owner: [text.column.owner, <Owner key="owner" of={key} services={services} />],
  state: [text.column.state, <StateBadge key="state" state={stateOf(key, clock.now())} status={key.status} />],
  successor:
    key.successor === null
      ? undefined
      : [text.fact.successor, <Id key="successor" value={key.successor} href={`${path}/${key.successor}`} />],
  scope: [text.column.scope, listOrWord(key.scope, text.nothing)],
  addresses: [text.fact.addresses, listOrWord(key.addresses, text.anywhere)],
  created: [text.column.created, <Moment key="created" at={key.created_at} />],
  expires: [text.column.expires, <Moment key="expires" at={key.expires_at ?? undefined} never={text.neverEnds} />],
})
