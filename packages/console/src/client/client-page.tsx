import type { JSX } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import { type Client, findClient } from '../api/client.ts'
import { useList } from '../api/query.ts'
import { Menu, Page, ProblemNotice, Skeleton, useAsking } from '../kit/index.ts'
import { client as text, clients } from '../message/en/client.ts'
import { stateOf } from './client.ts'
import { ClientActions, type ClientVerb } from './client-action.tsx'
import { ClientDeliveries } from './client-deliveries.tsx'
import { ClientOverview } from './client-overview.tsx'
import { OffNotice } from './off-notice.tsx'

/** One client: what it is registered as, what it is told, and everything that can be done with it. */
export function ClientPage(): JSX.Element {
  const { id } = useParams<{ id: string }>()
  const [, navigate] = useLocation()
  const asking = useAsking<ClientVerb>()
  const { data, error, refetch } = useList(['clients', 'one', id], (signal) => findClient(id, signal))
  return (
    <Page
      title={data?.client.name ?? text.one}
      lead={<Link href="/console/clients">{text.back}</Link>}
      actions={data === undefined ? undefined : <Menu label={text.menu} items={itemsOf(data.client, asking.ask)} />}
    >
      {error === undefined ? null : <ProblemNotice error={error} retry={refetch} />}
      {data === undefined ? (
        error === undefined && <Skeleton lines={8} />
      ) : (
        <>
          {data.answered ? null : <OffNotice title={clients.offTitle} text={clients.off} command={clients.offCommand} />}
          <ClientOverview client={data.client} />
          <ClientDeliveries client={data.client} isLeaving={asking.isOpen && asking.asked === 'remove'} />
          <ClientActions client={data.client} asking={asking} onRemoved={() => navigate('/console/clients')} />
        </>
      )}
    </Page>
  )
}

type Items = Parameters<typeof Menu>[0]['items']

function itemsOf(client: Client, ask: (verb: ClientVerb) => void): Items {
  const item = (verb: ClientVerb): { title: string; onSelect: () => void } => ({ title: text[verb], onSelect: () => ask(verb) })
  return [
    item('change'),
    ...(client.token_endpoint_auth_method === 'client_secret_basic' ? [item('rotate')] : []),
    ...(client.invitation === null ? [] : [item(client.verified ? 'unverify' : 'verify')]),
    stateOf(client) === 'disabled' ? item('enable') : { ...item('disable'), tone: 'danger' as const },
    { ...item('remove'), tone: 'danger' as const },
  ]
}
