/** A child process: better-auth on node:sqlite, each `get-session` prolonging the session. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { importPeer } from '../harness/install.ts'
import { answerParent } from '../harness/parent.ts'
import type { RefreshReady, RefreshRequest } from './refresh-subject.ts'

interface Auth {
  readonly options: object
  readonly api: {
    signUpEmail(call: object): Promise<unknown>
    signInEmail(call: object): Promise<Response>
  }
}
interface BetterAuth {
  betterAuth(options: object): Auth
}
interface BetterAuthNode {
  toNodeHandler(auth: Auth): RequestListener
}
interface BetterAuthMigration {
  getMigrations(options: object): Promise<{ runMigrations(): Promise<void> }>
}

/** Hashing passwords is not measured here: a plain digest keeps the setting up short. */
const password = {
  hash: async (text: string): Promise<string> => createHash('sha256').update(text).digest('hex'),
  verify: async ({ hash, password: text }: { readonly hash: string; readonly password: string }): Promise<boolean> =>
    createHash('sha256').update(text).digest('hex') === hash,
}

function optionsFor(folder: string, port: number): object {
  const database = new DatabaseSync(`${folder}/better-auth.db`)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  return {
    database,
    baseURL: `http://127.0.0.1:${port}`,
    secret: randomBytes(32).toString('base64url'),
    emailAndPassword: { enabled: true, password },
    // 0: each request extends the session, which is what a refresh is here.
    session: { updateAge: 0, expiresIn: 604_800 },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  }
}

async function newSession(auth: Auth, email: string): Promise<string> {
  const body = { email, password: 'correct horse battery' }
  await auth.api.signUpEmail({ body: { ...body, name: 'Bench' } })
  const response = await auth.api.signInEmail({ body, asResponse: true })
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
}

async function start({ sessions, folder }: RefreshRequest): Promise<RefreshReady> {
  const { betterAuth } = await importPeer<BetterAuth>('better-auth')
  const { toNodeHandler } = await importPeer<BetterAuthNode>('better-auth/node')
  const { getMigrations } = await importPeer<BetterAuthMigration>('better-auth/db/migration')
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const auth = betterAuth(optionsFor(folder, port))
  await (await getMigrations(auth.options)).runMigrations()
  server.on('request', toNodeHandler(auth))
  const credentials: string[] = []
  for (let index = 0; index < sessions; index++) credentials.push(await newSession(auth, `person${index}@example.com`))
  return { port, credentials }
}

answerParent({ start })
