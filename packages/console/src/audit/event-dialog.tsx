import type { JSX, ReactNode } from 'react'
import { Link } from 'wouter'
import { type AuditEvent, readAuditEvent } from '../api/audit.ts'
import { useList } from '../api/query.ts'
import { Badge, Dialog, Facts, Id, Moment, Notice, ProblemNotice, Skeleton } from '../kit/index.ts'
import { audit, auditEvent as text } from '../message/en/audit.ts'
import { actorKind, actorName, outcomeName, outcomeTone, pageOf } from './event.ts'
import { narrowedPath } from './selection.ts'

interface EventDialogProps {
  /** Undefined: none is looked at. */
  readonly position: number | undefined
  /** Where the list has it already. */
  readonly known: AuditEvent | undefined
  readonly onClose: () => void
}

/** One record, whole. */
export function EventDialog({ position, known, onClose }: EventDialogProps): JSX.Element {
  const { data, error, refetch } = useList(
    ['audit-event', position],
    async (signal) => ({ event: await readAuditEvent(position ?? 0, signal) }),
    { enabled: position !== undefined && known === undefined },
  )
  const event = known ?? data?.event
  const isMissing = known === undefined && data !== undefined && data.event === undefined
  return (
    <Dialog title={text.title(position ?? 0)} open={position !== undefined} onClose={onClose}>
      {error === undefined || known !== undefined ? null : <ProblemNotice error={error} retry={refetch} />}
      {isMissing ? <Notice tone="warning">{text.missing}</Notice> : null}
      {event === undefined && !isMissing && error === undefined ? <Skeleton lines={8} /> : null}
      {event === undefined ? null : <EventFacts event={event} />}
    </Dialog>
  )
}

function EventFacts({ event }: { readonly event: AuditEvent }): JSX.Element {
  const { actor, target } = event
  const { facts } = text
  return (
    <>
      <Facts
        items={[
          [facts.at, <Moment at={event.at} />],
          [facts.operation, <span className="mono">{event.operation}</span>],
          [facts.outcome, <Badge tone={outcomeTone(event.outcome)}>{outcomeName(event.outcome)}</Badge>],
          ...given(facts.code, event.code, mono),
          ...given(facts.count, event.count, audit.times),
          [facts.actor, <Named kind={actorKind(actor.kind)} id={actor.id} page={pageOf(actor.kind, actor.id)} />],
          ...given(facts.session, actor.session, (id) => <Id value={id} />),
          ...given(facts.by, actor.by, (id) => <Id value={id} />),
          [facts.target, target === null ? text.none : <Named kind={target.kind} id={target.id} page={pageOf(target.kind, target.id)} />],
          ...given(facts.address, event.address, mono),
          ...given(facts.request, event.request_id, (id) => <Id value={id} />),
          [facts.members, event.members.length === 0 ? text.none : mono(event.members.join(', '))],
          ...(event.methods.length === 0 ? [] : [[facts.methods, mono(event.methods.join(', '))] as const]),
          [facts.hash, <Id value={event.hash} />],
        ]}
      />
      <p className="links">
        <Link href={narrowedPath({ actor: actorName(event) })}>{text.sameActor}</Link>
        {target === null ? null : <Link href={narrowedPath({ target: target.id })}>{text.sameTarget}</Link>}
        <Link href={narrowedPath({ operation: event.operation })}>{text.sameOperation}</Link>
      </p>
    </>
  )
}

const mono = (value: string): ReactNode => <span className="mono break">{value}</span>

/** What was not said has no line. */
const given = <T,>(name: string, value: T | null, show: (value: T) => ReactNode): readonly (readonly [string, ReactNode])[] =>
  value === null ? [] : [[name, show(value)]]

interface NamedProps {
  readonly kind: string
  readonly id: string | null
  readonly page: string | undefined
}

const Named = ({ kind, id, page }: NamedProps): JSX.Element => (
  <>
    {kind} {id === null ? null : page === undefined ? <Id value={id} /> : <Id value={id} href={page} />}
  </>
)
