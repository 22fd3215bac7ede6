import type { JSX } from 'react'
import { Link } from 'wouter'
import { listAuditEvents } from '../api/audit.ts'
import { readMails } from '../api/mail.ts'
import { useList } from '../api/query.ts'
import { type Propagation, readPropagation, readSummary, type RevocationSummary } from '../api/revocation.ts'
import { listServices, type Service } from '../api/service.ts'
import { users } from '../api/user.ts'
import { listVerifiers, type Verifiers } from '../api/verifier.ts'
import { listEndpoints } from '../api/webhook.ts'
import { Age, Badge, Card, clock, Command, Page, Skeleton, Tile, Tiles } from '../kit/index.ts'
import { overview as words } from '../message/en/overview.ts'
import { concerns, isKnown, type Known } from './concern.ts'
import { LastActs } from './last-acts.tsx'
import './overview.css'

const LIVE_MS = 5000
const HOUR_MINUTES = 60
const ACTS = 8

function midnight(): number {
  const day = new Date(clock.now())
  day.setHours(0, 0, 0, 0)
  return day.getTime()
}

/** Where an operator begins. */
export function OverviewPage(): JSX.Element {
  const summary = useList(['revocation', 'today'], (signal) => readSummary(midnight(), signal), { liveMs: LIVE_MS })
  const verifiers = useList(['verifiers'], listVerifiers, { liveMs: LIVE_MS })
  const propagation = useList(['revocation', 'propagation'], (signal) => readPropagation(HOUR_MINUTES, signal), { liveMs: LIVE_MS })
  const services = useList(['services', 'list'], listServices)
  const endpoints = useList(['webhook-endpoints', 'overview'], listEndpoints, { liveMs: LIVE_MS })
  const mails = useList(['mails', 'overview'], readMails, { liveMs: LIVE_MS })
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
      <Figures summary={summary.data} verifiers={verifiers.data} propagation={propagation.data} services={services.data} />
      <Card title={words.wants}>
        <Concerns known={known} />
      </Card>
      <FirstSteps services={services.data} people={people.data?.items} />
      <Card title={words.acts} aside={<Link href="/console/audit">{words.actsAll}</Link>}>
        <LastActs events={acts.data?.items} error={acts.error} />
      </Card>
    </Page>
  )
}

interface FiguresProps {
  readonly summary: RevocationSummary | undefined
  readonly verifiers: Verifiers | undefined
  readonly propagation: Propagation | undefined
  readonly services: readonly Service[] | undefined
}

function Figures({ summary, verifiers, propagation, services }: FiguresProps): JSX.Element {
  const all = verifiers?.verifiers ?? []
  const fresh = all.filter(({ state }) => state === 'fresh').length
  const median = propagation?.median_ms ?? null
  return (
    <Tiles>
      <Tile
        title={words.refused}
        value={median === null ? words.noFigure : `${median.toFixed(1)} ms`}
        note={median === null ? propagation && words.noReports : words.refusedNote}
      />
      <Tile
        title={words.verifiers}
        value={all.length === 0 ? words.noFigure : words.freshOf(fresh, all.length)}
        note={verifiers !== undefined && all.length === 0 ? words.noVerifiers : ''}
        tone={fresh < all.length ? 'warning' : 'plain'}
      />
      <Tile title={words.services} value={services?.length.toLocaleString('en-GB') ?? words.noFigure} note={words.servicesNote} />
      <Tile
        title={words.today}
        value={summary?.entries.toLocaleString('en-GB') ?? words.noFigure}
        note={summary && words.todayNote(String(summary.head.position))}
      />
    </Tiles>
  )
}

function Concerns({ known }: { readonly known: Known }): JSX.Element {
  const found = concerns(known)
  if (found.length === 0) return isKnown(known) ? <p className="inside soft">{words.quiet}</p> : <Skeleton lines={2} />
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
