import { type JSX, useState } from 'react'
import { useLocation } from 'wouter'
import { type Client, type IssuedClient, listClients } from '../api/client.ts'
import { useList } from '../api/query.ts'
import { Badge, Button, type Column, DataTable, type Filter, Id, Moment, Page, SecretDialog } from '../kit/index.ts'
import { client as oneText, clientForm, clients as text } from '../message/en/client.ts'
import { askedOf, clientPath, grantNames, kindName, proofText, stateOf, stateTones } from './client.ts'
import { Invitations } from './invitations.tsx'
import { OffNotice } from './off-notice.tsx'
import { RegisterClient } from './register-client.tsx'

const { facts } = oneText

const stateText = (client: Client): string => text.states[stateOf(client)] ?? ''
const askedText = (client: Client): string => askedOf(client).join('; ')
const contactsText = ({ contacts }: Client): string => contacts.join(' ')

const columns: readonly Column<Client>[] = [
  {
    id: 'name',
    title: text.columns.name,
    cell: ({ name, id }) => (
      <>
        <div>{name}</div>
        <Id value={id} />
      </>
    ),
    text: ({ name }) => name,
  },
  { id: 'id', title: text.columns.id, cell: ({ id }) => <Id value={id} />, text: ({ id }) => id, hidden: true },
  { id: 'kind', title: text.columns.kind, cell: ({ kind }) => kindName(kind), text: ({ kind }) => kindName(kind) },
  {
    id: 'grants',
    title: text.columns.grants,
    wide: true,
    cell: (client) => grantNames(client.grant_types),
    text: (client) => grantNames(client.grant_types),
  },
  {
    id: 'scopes',
    title: text.columns.scopes,
    wide: true,
    cell: ({ scopes }) =>
      scopes.length === 0 ? <span className="soft">{text.noScopes}</span> : <span className="mono">{scopes.join(' ')}</span>,
    text: ({ scopes }) => scopes.join(' '),
  },
  {
    id: 'redirects',
    title: text.columns.redirects,
    cell: (client) => client.redirect_uris.join(' '),
    text: (client) => client.redirect_uris.join(' '),
    hidden: true,
  },
  { id: 'proof', title: facts.proof, cell: proofText, text: proofText, hidden: true },
  { id: 'asked', title: facts.asked, cell: askedText, text: askedText, hidden: true },
  {
    id: 'logout_uri',
    title: facts.logoutUri,
    cell: (client) => client.backchannel_logout_uri,
    text: (client) => client.backchannel_logout_uri ?? '',
    hidden: true,
  },
  { id: 'contacts', title: facts.contacts, cell: contactsText, text: contactsText, hidden: true },
  {
    id: 'state',
    title: text.columns.state,
    cell: (client) => <Badge tone={stateTones[stateOf(client)]}>{stateText(client)}</Badge>,
    text: stateText,
  },
  {
    id: 'created',
    title: text.columns.created,
    cell: (client) => <Moment at={client.created_at} />,
    text: (client) => client.created_at,
  },
]

const optionsOf = (names: Readonly<Record<string, string>>): Filter<Client>['options'] =>
  Object.entries(names).map(([value, title]) => ({ value, title }))

const filters: readonly Filter<Client>[] = [
  { id: 'kind', title: text.filters.kind, options: optionsOf(text.kinds), matches: ({ kind }, value) => kind === value },
  {
    id: 'grant',
    title: text.filters.grant,
    options: optionsOf(text.grants),
    matches: (client, value) => client.grant_types.includes(value),
  },
  { id: 'state', title: text.filters.state, options: optionsOf(text.states), matches: (client, value) => stateOf(client) === value },
]

/** Every client, registering one, and what lets them register by themselves. */
export function ClientsPage(): JSX.Element {
  const { data, error, refetch } = useList(['clients', 'list'], listClients)
  const [, navigate] = useLocation()
  const [isRegistering, setRegistering] = useState(false)
  const [issued, setIssued] = useState<IssuedClient>()
  const onIssued = (client: IssuedClient): void => {
    if (client.secret === undefined) navigate(clientPath(client.id))
    else setIssued(client)
  }
  return (
    <Page title={text.title} lead={text.lead} actions={<Button onClick={() => setRegistering(true)}>{text.register}</Button>}>
      {data?.answered === false ? <OffNotice title={text.offTitle} text={text.off} command={text.offCommand} /> : null}
      <DataTable
        id="clients"
        caption={text.caption}
        columns={columns}
        rows={data?.clients}
        keyOf={({ id }) => id}
        href={({ id }) => clientPath(id)}
        filters={filters}
        searchable
        empty={text.empty}
        error={error}
        retry={refetch}
      />
      <Invitations clients={data} />
      {isRegistering ? <RegisterClient onClose={() => setRegistering(false)} onIssued={onIssued} /> : null}
      {issued === undefined ? null : (
        <SecretDialog
          open={!isRegistering}
          onClose={() => navigate(clientPath(issued.id))}
          title={clientForm.secretTitle(issued.name)}
          secret={issued.secret ?? ''}
          what={clientForm.secretWhat(issued.id)}
        />
      )}
    </Page>
  )
}
