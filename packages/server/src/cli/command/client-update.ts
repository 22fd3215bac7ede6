import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { misuse } from '../failure.ts'
import type { ClientRecord } from '../record.ts'
import { printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { certifiedKey } from './client-mutual-tls.ts'
import { type PageOptions, pagesBody, withPages } from './client-pages.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'

interface UpdateOptions extends CommonOptions, PageOptions {
  readonly name?: string
  readonly redirect: readonly string[]
  readonly afterLogout: readonly string[]
  readonly scope: readonly string[]
  readonly withoutScopes?: boolean
  readonly mtlsSelfSigned: readonly string[]
  readonly verified?: boolean
  readonly unverified?: boolean
}

/** Lists replace what is there. @throws {Failure} when the options contradict each other, or name nothing. */
function changesOf(options: UpdateOptions): object {
  const { name, redirect, afterLogout, scope, withoutScopes, mtlsSelfSigned, verified, unverified } = options
  if (verified === true && unverified === true) throw misuse('A client is either --verified or --unverified.')
  if (withoutScopes === true && scope.length > 0) throw misuse('Leave out --without-scopes, or --scope.')
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(redirect.length === 0 ? {} : { redirect_uris: redirect }),
    ...(afterLogout.length === 0 ? {} : { post_logout_redirect_uris: afterLogout }),
    ...(scope.length === 0 && withoutScopes !== true ? {} : { scopes: scope }),
    ...(mtlsSelfSigned.length === 0 ? {} : { jwks: { keys: mtlsSelfSigned.map(certifiedKey) } }),
    ...pagesBody(options),
    ...(verified === true ? { verified } : {}),
    ...(unverified === true ? { verified: false } : {}),
  }
  if (Object.keys(changes).length === 0) throw misuse('Say what is to be changed, such as --name or --scope.')
  return changes
}

export function addClientUpdate(clients: Command, terminal: Terminal): void {
  withExamples(
    withPages(withDoor(clients.command('update <id>').description('change what a client is registered as; lists replace what is there')))
      .option('--name <name>', 'what people are told it is called')
      .option('--redirect <uri>', 'where it is called back; may be repeated', several, [])
      .option('--after-logout <uri>', 'where people may be led after they signed out; may be repeated', several, [])
      .option('--scope <scope>', 'what it may ask for at most; may be repeated', several, [])
      .option('--without-scopes', 'it may ask for no scope but those of OpenID Connect')
      .option('--mtls-self-signed <file>', 'proves itself by this certificate (PEM); may be repeated', several, [])
      .option('--verified', 'you stand by a client that has registered by itself: people are not warned of it any more')
      .option('--unverified', 'they are warned again')
      .action((id: string, options: UpdateOptions) =>
        throughDoor(options, terminal, async (door) => {
          const client = await call<ClientRecord>(door, 'PATCH', `/v1/clients/${encodeURIComponent(id)}`, changesOf(options))
          printResult(terminal, options, client, `${client.name} is changed.`)
        }),
      ),
    'clients update cli_19CifSkYJZ6ZzhjK5Qg71Q --scope orders:read --scope orders:write',
    'clients update cli_19CifSkYJZ6ZzhjK5Qg71Q --verified',
  )
}
