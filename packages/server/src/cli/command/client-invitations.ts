import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { misuse } from '../failure.ts'
import type { ClientInvitationRecord, IssuedClientInvitationRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'

const PATH = '/v1/client-invitations'

const columns: readonly Column<ClientInvitationRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'kinds', of: ({ kinds }) => kinds },
  { title: 'grants', of: (invitation) => invitation.grant_types.map((grant) => grant.replace(/^urn:.*:/, '')) },
  { title: 'scopes', of: ({ scopes }) => scopes },
  { title: 'uses left', of: (invitation) => String(invitation.uses_left) },
  { title: 'expires', of: (invitation) => invitation.expires_at },
]

interface InviteOptions extends CommonOptions {
  readonly uses?: string
  readonly expires?: string
  readonly kind: readonly string[]
  readonly scope: readonly string[]
  readonly machine?: boolean
  readonly device?: boolean
}

/** @throws {Failure} for what is no number. */
function usesOf(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw misuse('--uses must be a number.')
  return Number(text)
}

const grantsOf = ({ machine = false, device = false }: InviteOptions): readonly string[] => [
  'authorization_code',
  'refresh_token',
  ...(machine ? ['client_credentials'] : []),
  ...(device ? ['urn:ietf:params:oauth:grant-type:device_code'] : []),
]

async function invite(options: InviteOptions, terminal: Terminal): Promise<void> {
  const { uses, expires, kind, scope } = options
  const body = {
    grant_types: grantsOf(options),
    scopes: scope,
    ...(kind.length === 0 ? {} : { kinds: kind }),
    ...(uses === undefined ? {} : { uses: usesOf(uses) }),
    ...(expires === undefined ? {} : { expires_at: expires }),
  }
  await throughDoor(options, terminal, async (door) => {
    const issued = await call<IssuedClientInvitationRecord>(door, 'POST', PATH, body)
    printResult(terminal, options, issued, issued.initial_access_token)
    if (!options.json)
      terminal.tell(`This is the initial access token of ${issued.id}, good until ${issued.expires_at}. It is shown this once.`)
  })
}

/** Clients that register by themselves, with a token that an operator has made. */
export function addClientInvitations(clients: Command, terminal: Terminal): void {
  withExamples(
    withDoor(clients.command('invite').description('make an initial access token, with which clients register by themselves (RFC 7591)'))
      .option('--uses <n>', 'how many may register with it (default: 1)')
      .option('--expires <time>', 'when it ends, such as 2030-01-31T12:00:00Z (default: in a week)')
      .option('--kind <kind>', 'confidential (default), public or native; may be repeated', several, [])
      .option('--scope <scope>', 'what they may ask for at most; may be repeated', several, [])
      .option('--machine', 'they may also speak for themselves (client credentials)')
      .option('--device', 'they may also have no browser (device code)')
      .action((options: InviteOptions) => invite(options, terminal)),
    'clients invite --scope orders:read',
    'clients invite --uses 20 --kind public --kind native --expires 2030-01-31T12:00:00Z',
  )
  withExamples(
    withDoor(clients.command('invitations').description('list what lets clients register by themselves')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        const { client_invitations: found } = await call<{ client_invitations: readonly ClientInvitationRecord[] }>(door, 'GET', PATH)
        printList(terminal, options, found, columns, 'No invitations. Make one with: countersign clients invite')
      }),
    ),
    'clients invitations',
  )
  withExamples(
    withDoor(clients.command('uninvite <id>').description('take an initial access token back; who has registered stays')).action(
      (id: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'DELETE', `${PATH}/${encodeURIComponent(id)}`)
          printResult(terminal, options, { removed: id }, `Nobody else registers with ${id}.`)
        }),
    ),
    'clients uninvite inv_19CifSkYJZ6ZzhjK5Qg71Q',
  )
}
