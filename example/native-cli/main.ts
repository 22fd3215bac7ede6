// A command line that stays signed in: `node --conditions=source example/native-cli/main.ts sign-in ada@example.com`, then `whoami`, `sign-out`.
// The password comes from standard input: arguments and environments are for everybody to see.
import { hostname, homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { createSessionClient, FactorRequired, type SessionClient } from 'countersign/client'
import { AuthError } from 'countersign/core'
import { sessionFile } from './session-file.ts'

const issuer = process.env['COUNTERSIGN_ISSUER'] ?? 'http://127.0.0.1:4000'
const state = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state')
const session = createSessionClient({ baseUrl: issuer, storage: sessionFile(join(state, 'countersign-native-cli', 'session.json')) })

/** Asks on the terminal, without showing what is typed where that is a secret; reads a line where there is none. */
async function ask(question: string, isSecret: boolean): Promise<string> {
  const { stdin, stderr } = process
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: isSecret ? silent : stderr, terminal: stdin.isTTY === true })
  if (stdin.isTTY) stderr.write(question)
  try {
    const { value = '' } = await lines[Symbol.asyncIterator]().next()
    return value
  } finally {
    lines.close()
    if (stdin.isTTY && isSecret) stderr.write('\n')
  }
}

async function signIn(client: SessionClient, email: string): Promise<string> {
  const password = await ask('Password: ', true)
  const device = `command line on ${hostname()}`
  try {
    return `Signed in as ${(await client.signIn({ email, password, device })).user.email}.`
  } catch (error) {
    if (!(error instanceof FactorRequired && error.factors.includes('totp'))) throw error
    const totpCode = await ask('Code of your authenticator app: ', false)
    return `Signed in as ${(await client.signIn({ email, password, device, totpCode })).user.email}.`
  }
}

async function whoami(client: SessionClient): Promise<string> {
  const response = await client.fetch(new URL('/v1/me', issuer))
  const { user, code } = (await response.json()) as { user?: { email: string; roles: readonly string[] }; code?: string }
  if (user === undefined) throw new Error(`refused: ${code ?? response.status}`)
  return `${user.email} ${user.roles.join(' ')}`.trim()
}

const commands: Readonly<Record<string, (client: SessionClient, word: string) => Promise<string>>> = {
  'sign-in': signIn,
  whoami,
  'sign-out': async (client) => {
    await client.signOut()
    return 'Signed out.'
  },
}

const [name = '', word = ''] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
try {
  if (command === undefined || (name === 'sign-in' && word === '')) throw new Error('Usage: sign-in EMAIL | whoami | sign-out')
  console.log(await command(session, word))
} catch (error) {
  const isNobody = error instanceof AuthError && ['credential_missing', 'refresh_invalid', 'refresh_reused'].includes(error.code)
  console.error(isNobody ? 'Not signed in. Use sign-in EMAIL.' : error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
