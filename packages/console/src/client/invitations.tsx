import { type JSX, useState } from 'react'
import type { Clients } from '../api/client.ts'
import {
  type ClientInvitation,
  type IssuedClientInvitation,
  listClientInvitations,
  removeClientInvitation,
} from '../api/client-invitation.ts'
import { useInvalidate, useList } from '../api/query.ts'
import { ActionDialog, Badge, Button, clock, type Column, DataTable, Id, Moment, say, SecretDialog } from '../kit/index.ts'
import { invitation as text } from '../message/en/client.ts'
import { grantNames, type InvitationState, invitationState } from './client.ts'
import { InviteDialog } from './invite-dialog.tsx'
import { OffNotice } from './off-notice.tsx'

const LIST = ['client-invitations']

const tones = { open: 'live', used: 'plain', expired: 'plain' } as const
const stateNow = (row: ClientInvitation): InvitationState => invitationState(row, clock.now())

const columns: readonly Column<ClientInvitation>[] = [
  { id: 'id', title: text.columns.id, cell: ({ id }) => <Id value={id} />, text: ({ id }) => id },
  { id: 'kinds', title: text.columns.kinds, cell: ({ kinds }) => text.kinds(kinds), text: ({ kinds }) => text.kinds(kinds) },
  {
    id: 'grants',
    title: text.columns.grants,
    wide: true,
    cell: (row) => grantNames(row.grant_types),
    text: (row) => grantNames(row.grant_types),
  },
  {
    id: 'scopes',
    title: text.columns.scopes,
    wide: true,
    cell: ({ scopes }) => <span className="mono">{scopes.join(' ')}</span>,
    text: ({ scopes }) => scopes.join(' '),
  },
  {
    id: 'state',
    title: text.columns.state,
    cell: (row) => <Badge tone={tones[stateNow(row)]}>{text.states[stateNow(row)]}</Badge>,
    text: (row) => text.states[stateNow(row)],
  },
  {
    id: 'left',
    title: text.columns.left,
    numeric: true,
    cell: (row) => row.uses_left.toLocaleString('en-GB'),
    text: (row) => String(row.uses_left),
    order: (row) => row.uses_left,
  },
  {
    id: 'created',
    title: text.columns.created,
    cell: (row) => <Moment at={row.created_at} />,
    text: (row) => row.created_at,
    hidden: true,
  },
  { id: 'expires', title: text.columns.expires, cell: (row) => <Moment at={row.expires_at} />, text: (row) => row.expires_at },
]

interface InvitationsProps {
  /** Undefined while they are not there. */
  readonly clients: Clients | undefined
}

/** What lets clients register by themselves. */
export function Invitations({ clients }: InvitationsProps): JSX.Element {
  const { data, error, refetch } = useList(LIST, listClientInvitations)
  const [isInviting, setInviting] = useState(false)
  const [issued, setIssued] = useState<IssuedClientInvitation>()
  const [leaving, setLeaving] = useState<ClientInvitation>()
  return (
    <section className="stack" aria-label={text.title}>
      <header className="section-head">
        <h2>{text.title}</h2>
        <Button tone="quiet" compact onClick={() => setInviting(true)}>
          {text.invite}
        </Button>
      </header>
      <p className="soft small">{text.lead}</p>
      {/* Where applications are not let in at all that is said above. */}
      {data?.answered === false && clients?.answered === true ? (
        <OffNotice title={text.offTitle} text={text.off} command={text.offCommand} />
      ) : null}
      <DataTable
        id="client-invitations"
        caption={text.caption}
        columns={columns}
        rows={data?.client_invitations}
        keyOf={({ id }) => id}
        empty={text.empty}
        error={error}
        retry={refetch}
        actions={(row) => (
          <Button tone="danger" compact aria-label={text.removeNamed(row.id)} onClick={() => setLeaving(row)}>
            {text.remove}
          </Button>
        )}
      />
      {isInviting ? <InviteDialog onClose={() => setInviting(false)} onIssued={setIssued} /> : null}
      {issued === undefined ? null : (
        <SecretDialog
          open={!isInviting}
          onClose={() => setIssued(undefined)}
          title={text.secretTitle}
          secret={issued.initial_access_token}
          what={text.secretWhat(issued.id)}
        />
      )}
      {leaving === undefined ? null : <RemoveDialog invitation={leaving} clients={clients} onClose={() => setLeaving(undefined)} />}
    </section>
  )
}

interface RemoveDialogProps extends InvitationsProps {
  readonly invitation: ClientInvitation
  readonly onClose: () => void
}

function RemoveDialog({ invitation: { id, uses_left: left }, clients, onClose }: RemoveDialogProps): JSX.Element {
  const invalidate = useInvalidate()
  const came = clients?.clients.filter(({ invitation }) => invitation === id).length ?? 0
  const act = async (): Promise<void> => {
    await removeClientInvitation(id)
    await invalidate(LIST)
    say(text.removed)
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.removeTitle}
      effect={text.removeEffect(left, came)}
      verb={text.removeVerb}
      tone="danger"
      act={act}
    />
  )
}
