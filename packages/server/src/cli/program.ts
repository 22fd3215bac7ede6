import { Command, CommanderError } from 'commander'
import { ConfigError, StoreLockedError, version } from '../index.ts'
import { addAccessKeys } from './command/access-keys.ts'
import { addApiKeys } from './command/api-keys.ts'
import { addAudit } from './command/audit.ts'
import { addClients } from './command/clients.ts'
import { addContent } from './command/content.ts'
import { addCurl } from './command/curl.ts'
import { addDoctor } from './command/doctor.ts'
import { addKeys } from './command/keys.ts'
import { addLease } from './command/lease.ts'
import { addMail } from './command/mail.ts'
import { addMigrate } from './command/migrate.ts'
import { addPresign } from './command/presign.ts'
import { addRestore } from './command/restore.ts'
import { addRevocations } from './command/revocations.ts'
import { addRevoke } from './command/revoke.ts'
import { addSecret } from './command/secret.ts'
import { addServe } from './command/serve.ts'
import { addRoles } from './command/roles.ts'
import { addServices } from './command/services.ts'
import { addSessions } from './command/sessions.ts'
import { addSign } from './command/sign.ts'
import { addStreams } from './command/streams.ts'
import { addToken } from './command/token.ts'
import { addTrust } from './command/trust.ts'
import { addUsers } from './command/users.ts'
import { addVerifiers } from './command/verifiers.ts'
import { addVerify } from './command/verify.ts'
import { addWebhooks } from './command/webhooks.ts'
import { Failure, ProgramEnded } from './failure.ts'
import type { Terminal } from './terminal.ts'

function createProgram(terminal: Terminal): Command {
  const program = new Command('countersign')
    .description('API authentication with revocation that takes effect in milliseconds')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.print(text.trimEnd()), writeErr: (text) => terminal.tell(text.trimEnd()) })
    .showSuggestionAfterError()
    // What follows `curl` is curl's.
    .enablePositionalOptions()
  const verbs = [
    addServe,
    addSecret,
    addMigrate,
    addRestore,
    addUsers,
    addSessions,
    addRevoke,
    addRevocations,
    addKeys,
    addRoles,
    addServices,
    addVerifiers,
    addAccessKeys,
    addApiKeys,
    addClients,
    addTrust,
    addStreams,
    addWebhooks,
    addLease,
    addMail,
    addSign,
    addPresign,
    addContent,
    addVerify,
    addCurl,
    addToken,
    addAudit,
    addDoctor,
  ]
  for (const add of verbs) add(program, terminal)
  inherit(program)
  return program
}

/** Subcommands that were made before end the process themselves unless they are told the same. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent)
    inherit(command)
  }
}

function explain(error: unknown, terminal: Terminal): number {
  if (error instanceof ProgramEnded) return error.exitCode
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof Failure) {
    terminal.tell(`error: ${error.message}`)
    if (error.hint !== undefined) terminal.tell(error.hint)
    return error.exitCode
  }
  if (error instanceof ConfigError) {
    for (const { name, problem, hint } of error.mistakes) terminal.tell(`error: ${name} ${problem}. ${hint}`)
    return 2
  }
  if (error instanceof StoreLockedError) {
    terminal.tell(`error: ${error.message}`)
    return 1
  }
  terminal.tell(`error: ${error instanceof Error ? error.message : String(error)}`)
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    terminal.tell('Another program listens there. Use another port: PORT, or --port.')
  return 1
}

/**
 * Runs one command line.
 *
 * @returns the exit code: 0 done, 1 refused or failed, 2 called in a wrong way; of `curl`: curl's own.
 */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync([...words], { from: 'user' })
    return 0
  } catch (error) {
    return explain(error, terminal)
  }
}
