import type { JSX } from 'react'
import { Link } from 'wouter'
import { listAuditEvents } from '../api/audit.ts'
import { readMails } from '../api/mail.ts'
import { type Loaded, useList } from '../api/query.ts'
import { readPropagation, readSummary } from '../api/revocation.ts'
import { listServices, type Service } from '../api/service.ts'
import { users } from '../api/user.ts'
import { listVerifiers } from '../api/verifier.ts'
import { listEndpoints } from '../api/webhook.ts'
import { Age, Badge, Card, clock, Command, Page, ProblemNotice, Skeleton, Tile, Tiles } from '../kit/index.ts'
import { overview as words } from '../message/en/overview.ts'
import { midnightBefore } from '../revocation/figure.ts'
import { FreshTile, RefusedTile, TodayTile } from '../revocation/revocation-tiles.tsx'
import { concerns, isKnown, type Known } from './concern.ts'
import { LastActs } from './last-acts.tsx'
import './overview.css'

const LIVE_MS = 5000
const HOUR_MINUTES = 60
const ACTS = 8

/** Where an operator begins. */
export function OverviewPage(): JSX.Element {
  const summary = useList(['revocation', 'summary'], (signal) => readSummary(midnightBefore(clock.now()), signal), { liveMs: LIVE_MS })
  const verifiers = useList(['verifiers'], listVerifiers, { liveMs: LIVE_MS })
  const propagation = useList(['revocation', 'propagation'], (signal) => readPropagation(HOUR_MINUTES, signal), { liveMs: LIVE_MS })
  const services = useList(['services', 'list'], listServices)
  const endpoints = useList(['webhooks'], listEndpoints, { liveMs: LIVE_MS })
  const mails = useList(['mails'], readMails, { liveMs: LIVE_MS })
  const people = useList(['users', 'overview'], (signal) => users('', undefined, signal))
  const acts = useList(['audit', 'overview'], (signal) => listAuditEvents({}, undefined, signal, ACTS), { liveMs: LIVE_MS })
  const known: Known = { summary: summary.data, verifiers: verifiers.data, endpoints: endpoints.data, mails: mails.data }
  return (
    <Page
      title={words.title}
      lead={
        <>
          {words.lead} <Age since={summary.updatedAt} />
        </>
      }
    >
      <FirstProblem of={[summary, verifiers, propagation, services, endpoints, mails, people]} />
      <Tiles>
        <RefusedTile propagation={propagation.data} />
        <FreshTile verifiers={verifiers.data} />
        <Tile title={words.services} value={services.data?.length.toLocaleString('en-GB') ?? words.noFigure} note={words.servicesNote} />
        <TodayTile summary={summary.data} />
      </Tiles>
      <Card title={words.wants}>
        <Concerns known={known} isAsking={[summary, verifiers, endpoints, mails].every(({ error }) => error === undefined)} />
      </Card>
      <FirstSteps services={services.data} people={people.data?.items} />
      <Card title={words.acts} aside={<Link href="/console/audit">{words.actsAll}</Link>}>
        <LastActs events={acts.data?.items} error={acts.error} />
      </Card>
    </Page>
  )
}

/** One sentence for all that could not be loaded: it is one server. */
function FirstProblem({ of }: { readonly of: readonly Loaded<unknown>[] }): JSX.Element | null {
  const failed = of.filter(({ error }) => error !== undefined)
  const [first] = failed
  if (first === undefined) return null
  return <ProblemNotice error={first.error} retry={() => failed.forEach(({ refetch }) => refetch())} />
}

interface ConcernsProps {
  readonly known: Known
  /** false: something could not be loaded, and is not on its way. */
  readonly isAsking: boolean
}

function Concerns({ known, isAsking }: ConcernsProps): JSX.Element {
  const found = concerns(known)
  if (found.length === 0) {
    if (isKnown(known)) return <p className="soft">{words.quiet}</p>
    return isAsking ? <Skeleton lines={2} /> : <p className="soft">{words.unknown}</p>
  }
  return (
    <ul className="concerns">
      {found.map(({ title, text, href, tone }) => (
        <li key={href}>
          <Badge tone={tone}>{tone === 'danger' ? words.grave : words.notice}</Badge>
          <Link href={href}>{title}</Link>
          <span className="soft small">{text}</span>
        </li>
      ))}
    </ul>
  )
}

interface FirstProps {
  readonly services: readonly Service[] | undefined
  readonly people: readonly { readonly roles: readonly string[] }[] | undefined
}

/** What a new server has not yet; nothing once it has all of it. */
function FirstSteps({ services, people }: FirstProps): JSX.Element | null {
  if (services === undefined || people === undefined) return null
  const { steps } = words
  const open = [
    ...(services.length === 0 ? [steps.service] : []),
    ...(people.length < 2 ? [steps.person] : []),
    ...(people.filter(({ roles }) => roles.includes('admin')).length < 2 && people.length < 100 ? [steps.operator] : []),
  ]
  if (open.length === 0) return null
  return (
    <Card title={words.first}>
      <ol className="steps">
        {open.map(({ title, text, command }) => (
          <li key={title}>
            <strong>{title}</strong>
            <p className="soft">{text}</p>
            <Command text={command} />
          </li>
        ))}
      </ol>
    </Card>
  )
}
