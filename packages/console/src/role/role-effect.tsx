import type { JSX } from 'react'
import { listClients } from '../api/client.ts'
import { useList } from '../api/query.ts'
import { holdersOf } from '../api/role.ts'
import { ProblemNotice } from '../kit/index.ts'
import { roleText as text } from '../message/en/role.ts'
import { askersOf } from './role.ts'

/** What operators have. */
const OPERATORS = 'admin'

interface RoleEffectProps {
  readonly name: string
  /** Scopes that it brings from now on, or brings no more. */
  readonly changed: readonly string[]
  readonly children?: string
}

/** Whom a change of a role touches, by number. */
export function RoleEffect({ name, changed, children }: RoleEffectProps): JSX.Element {
  const holders = useList(['role-holders', name], (signal) => holdersOf(name, signal))
  const clients = useList(['clients', 'list'], listClients)
  const error = holders.error ?? clients.error
  if (changed.length === 0) return <p className="soft">{text.noChange}</p>
  return (
    <div className="stack">
      {children === undefined ? null : <p>{children}</p>}
      <p>
        {text.tokensDie} {name === OPERATORS ? text.isAdmin : ''}
      </p>
      {error === undefined && (holders.data === undefined || clients.data === undefined) ? <p className="soft">{text.counting}</p> : null}
      {holders.data === undefined || clients.data === undefined ? null : (
        <p>
          <strong>{text.holders(holders.data.people, holders.data.isAll)}</strong>{' '}
          {text.applications(askersOf(clients.data.clients, changed))}
        </p>
      )}
      <ProblemNotice error={error} />
    </div>
  )
}
