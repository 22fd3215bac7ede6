import type { JSX, ReactNode } from 'react'
import { Link } from 'wouter'
import type { Client } from '../api/client.ts'
import { Badge, Card, Facts, Id, Moment, Notice } from '../kit/index.ts'
import { client as text, clientForm, clients } from '../message/en/client.ts'
import { askedOf, grantNames, kindName, proofText, stateOf, stateTones } from './client.ts'
import { useHeld } from './client-effect.tsx'

interface Shown {
  readonly client: Client
}

/** What a client is registered as, and what it holds. */
export function ClientOverview({ client }: Shown): JSX.Element {
  return (
    <>
      <ClientNotice client={client} />
      <Card title={text.one} aside={<Badge tone={stateTones[stateOf(client)]}>{clients.states[stateOf(client)]}</Badge>}>
        <Facts items={factsOf(client)} />
      </Card>
    </>
  )
}

function ClientNotice({ client }: Shown): JSX.Element | null {
  const state = stateOf(client)
  if (state === 'active') return null
  const isDisabled = state === 'disabled'
  return (
    <Notice tone={isDisabled ? 'danger' : 'warning'} title={isDisabled ? text.disabledTitle : text.unverifiedTitle}>
      {isDisabled ? text.disabledText : text.unverifiedText}
    </Notice>
  )
}

const orNone = (list: readonly string[]): ReactNode =>
  list.length === 0 ? (
    text.nothing
  ) : (
    <span className="mono break">
      {list.map((each) => (
        <span key={each} className="block">
          {each}
        </span>
      ))}
    </span>
  )

function Held({ client: { id } }: Shown): JSX.Element | null {
  const { data } = useHeld(id)
  return data === undefined ? null : <>{text.holds(data.grants, data.at_least)}</>
}

/** Kept, and not led to: nobody here answers for what stands there. */
const pagesOf = (client: Client): readonly string[] =>
  (
    [
      [clientForm.home, client.client_uri],
      [clientForm.policy, client.policy_uri],
      [clientForm.terms, client.tos_uri],
      [clientForm.logo, client.logo_uri],
    ] as const
  ).flatMap(([title, uri]) => (uri === null ? [] : [`${title}: ${uri}`]))

const { facts } = text

const factsOf = (client: Client): Parameters<typeof Facts>[0]['items'] => [
  [facts.id, <Id key="id" value={client.id} />],
  [facts.kind, kindName(client.kind)],
  [facts.proof, <span className="break">{proofText(client)}</span>],
  [facts.grants, grantNames(client.grant_types)],
  [facts.scopes, client.scopes.length === 0 ? text.nothing : <span className="mono break">{client.scopes.join(' ')}</span>],
  [facts.redirects, orNone(client.redirect_uris)],
  [facts.asked, askedOf(client).join('; ') || text.nothing],
  [facts.holds, <Held key="holds" client={client} />],
  ...(client.post_logout_redirect_uris.length === 0 ? [] : ([[facts.afterLogout, orNone(client.post_logout_redirect_uris)]] as const)),
  [facts.logoutUri, <Told key="told" client={client} />],
  ...(pagesOf(client).length === 0 ? [] : ([[facts.pages, orNone(pagesOf(client))]] as const)),
  ...(client.contacts.length === 0 ? [] : ([[facts.contacts, client.contacts.join(', ')]] as const)),
  ...(client.invitation === null ? [] : ([[facts.invitation, <Id key="invitation" value={client.invitation} />]] as const)),
  [facts.created, <Moment key="created" at={client.created_at} />],
  ...(client.disabled_at === null ? [] : ([[facts.disabled, <Moment key="disabled" at={client.disabled_at} />]] as const)),
  [
    facts.history,
    <Link key="history" href={`/console/audit?${new URLSearchParams({ target: client.id })}`}>
      {text.historyOf}
    </Link>,
  ],
]

function Told({ client }: Shown): JSX.Element {
  const { backchannel_logout_uri: uri, backchannel_logout_session_required: withSession } = client
  if (uri === null) return <>{text.notTold}</>
  return (
    <>
      <span className="mono break">{uri}</span> {withSession ? text.withSession : ''}
    </>
  )
}
