import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { misuse } from '../failure.ts'
import type { ClientRecord, IssuedClientRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type MutualTlsOptions, mutualTlsBody, withMutualTls } from './client-mutual-tls.ts'
import { addClientInvitations } from './client-invitations.ts'
import { type PageOptions, pagesBody, withPages } from './client-pages.ts'
import { addClientUpdate } from './client-update.ts'
import { addClientDeliveries } from './client-deliveries.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'

const PATH = '/v1/clients'

const columns: readonly Column<ClientRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'name', of: ({ name }) => name },
  { title: 'kind', of: ({ kind }) => kind },
  { title: 'redirects', of: (client) => client.redirect_uris },
  { title: 'scopes', of: ({ scopes }) => scopes },
  { title: 'status', of: (client) => (client.disabled_at !== null ? 'disabled' : client.verified ? 'active' : 'unverified') },
  { title: 'created', of: (client) => client.created_at },
]

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'

interface CreateOptions extends CommonOptions, MutualTlsOptions, PageOptions {
  readonly name: string
  readonly public?: boolean
  readonly native?: boolean
  readonly redirect: readonly string[]
  readonly afterLogout: readonly string[]
  readonly scope: readonly string[]
  readonly machine?: boolean
  readonly device?: boolean
  readonly dpop?: boolean
  readonly push?: boolean
  readonly logoutUri?: string
}

/** What the options say together. @throws {Failure} when they contradict each other. */
function grantsOf({ redirect, machine = false, device = false }: CreateOptions): readonly string[] {
  if (machine && (device || redirect.length > 0)) throw misuse('--machine speaks for itself: leave out --redirect and --device.')
  if (machine) return ['client_credentials']
  if (!device && redirect.length === 0)
    throw misuse('Say where the client is called back (--redirect), or how else it works (--machine, --device).')
  return [...(redirect.length === 0 ? [] : ['authorization_code']), ...(device ? [DEVICE] : []), 'refresh_token']
}

async function create(options: CreateOptions, terminal: Terminal): Promise<void> {
  if (options.public === true && options.native === true) throw misuse('A client is either --public or --native.')
  const body = {
    name: options.name,
    kind: options.public === true ? 'public' : options.native === true ? 'native' : 'confidential',
    grant_types: grantsOf(options),
    redirect_uris: options.redirect,
    post_logout_redirect_uris: options.afterLogout,
    scopes: options.scope,
    requires_dpop: options.dpop === true,
    requires_pushed_requests: options.push === true,
    ...(options.logoutUri === undefined ? {} : { backchannel_logout_uri: options.logoutUri }),
    ...mutualTlsBody(options),
    ...pagesBody(options),
  }
  await throughDoor(options, terminal, async (door) => {
    const client = await call<IssuedClientRecord>(door, 'POST', PATH, body)
    printResult(terminal, options, client, client.secret === undefined ? client.id : `${client.id}\n${client.secret}`)
    if (!options.json && client.secret !== undefined) terminal.tell('This is its id and its secret. The secret is shown this once.')
  })
}

export function addClients(program: Command, terminal: Terminal): void {
  const clients = program.command('clients').description('applications of others that may ask people for access (OAuth, OpenID Connect)')
  withExamples(
    withMutualTls(
      withPages(
        withDoor(clients.command('create').description('register a client; without --public or --native it keeps a secret on a server')),
      )
        .requiredOption('--name <name>', 'what people are told it is called')
        .option('--public', 'runs in a browser, keeps no secret')
        .option('--native', 'an app on a device, keeps no secret')
        .option('--redirect <uri>', 'where it is called back, letter for letter; may be repeated', several, [])
        .option('--after-logout <uri>', 'where people may be led after they signed out; may be repeated', several, [])
        .option('--scope <scope>', 'what it may ask for at most; may be repeated', several, [])
        .option('--machine', 'speaks for itself, not for people (client credentials)')
        .option('--device', 'has no browser: people type a code elsewhere (device code)')
        .option('--dpop', 'its tokens are bound to a key of its own')
        .option('--push', 'it pushes what it asks for, past the browser (RFC 9126)')
        .option('--logout-uri <uri>', 'where it is told that a session has ended (back-channel logout)'),
    ).action((options: CreateOptions) => create(options, terminal)),
    'clients create --name Orders --redirect https://orders.example/callback --scope orders:read',
    'clients create --name Nightly --machine --scope orders:read --json',
  )
  withExamples(
    withDoor(clients.command('list').description('list the clients')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        const { clients: found } = await call<{ clients: readonly ClientRecord[] }>(door, 'GET', PATH)
        printList(terminal, options, found, columns, 'No clients. Make one with: countersign clients create --name N --redirect URI')
      }),
    ),
    'clients list',
  )
  addClientDeliveries(clients, terminal)
  addClientUpdate(clients, terminal)
  addClientInvitations(clients, terminal)
  withExamples(
    withDoor(clients.command('rotate <id>').description('make a new secret; the one of before is taken for a day as well'))
      .option('--overlap <seconds>', 'for how long the secret of before is taken')
      .action((id: string, options: CommonOptions & { overlap?: string }) =>
        throughDoor(options, terminal, async (door) => {
          const body = options.overlap === undefined ? {} : { overlap_seconds: Number(options.overlap) }
          const issued = await call<{ secret: string }>(door, 'POST', `${PATH}/${encodeURIComponent(id)}/secret`, body)
          printResult(terminal, options, issued, issued.secret)
        }),
      ),
    'clients rotate cli_19CifSkYJZ6ZzhjK5Qg71Q',
    'clients rotate cli_19CifSkYJZ6ZzhjK5Qg71Q --overlap 0',
  )
  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    withExamples(
      withDoor(
        clients
          .command(`${verb} <id>`)
          .description(disabled ? 'end all that a client holds, and give it nothing' : 'let a client begin anew'),
      ).action((id: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          const client = await call<ClientRecord>(door, 'PATCH', `${PATH}/${encodeURIComponent(id)}`, { disabled })
          printResult(terminal, options, client, `${client.name} is ${disabled ? 'disabled: its tokens are dead' : 'active'}.`)
        }),
      ),
      `clients ${verb} cli_19CifSkYJZ6ZzhjK5Qg71Q`,
    )
  }
  withExamples(
    withDoor(clients.command('remove <id>').description('remove a client and all that it holds')).action(
      (id: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'DELETE', `${PATH}/${encodeURIComponent(id)}`)
          printResult(terminal, options, { removed: id }, `Removed ${id}.`)
        }),
    ),
    'clients remove cli_19CifSkYJZ6ZzhjK5Qg71Q',
  )
}
