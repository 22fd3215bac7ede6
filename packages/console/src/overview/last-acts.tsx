import type { JSX } from 'react'
import type { AuditEvent } from '../api/audit.ts'
import { Moment, ProblemNotice, shorten, Skeleton } from '../kit/index.ts'
import { overview as words } from '../message/en/overview.ts'

interface LastActsProps {
  readonly events: readonly AuditEvent[] | undefined
  readonly error: Error | undefined
}

/** The newest of the record, a line each. */
export function LastActs({ events, error }: LastActsProps): JSX.Element {
  if (error !== undefined && events === undefined) return <ProblemNotice error={error} />
  if (events === undefined) return <Skeleton lines={6} />
  if (events.length === 0) return <p className="soft">{words.none}</p>
  return (
    <ul className="acts">
      {events.map(({ position, operation, outcome, actor, at }) => (
        <li key={position}>
          <span className="mono">{operation}</span>
          <span>{outcome === 'done' ? '' : outcome}</span>
          <span className="soft small">{actor.id === null ? actor.kind : shorten(actor.id)}</span>
          <Moment at={at} />
        </li>
      ))}
    </ul>
  )
}
