/** A child process: the whole Countersign server, as `countersign serve` runs it, with its people signed in already. */
import { configFromOptions, type RunningServer, serve } from '@countersign/server'
import { answerParent } from '../harness/parent.ts'
import type { RefreshReady, RefreshRequest } from './refresh-subject.ts'
import type { VerifierRequest } from './verifier.ts'

const PASSWORD = 'correct horse battery staple'

export interface RevocationSession {
  readonly id: string
  readonly accessToken: string
}

/** All that verifiers and an operator need; it has the members of a `VerifierRequest`. */
export interface RevocationReady extends VerifierRequest {
  readonly port: number
  readonly operatorToken: string
  readonly sessions: readonly RevocationSession[]
}

export interface ApiKeysReady extends VerifierRequest {
  readonly port: number
  readonly operatorToken: string
  readonly keys: readonly { readonly id: string; readonly key: string }[]
}

interface SignedIn {
  readonly access_token: string
  readonly refresh_token: string
  readonly session: { readonly id: string }
}

/** Defaults everywhere, but for the port, the place, and a cheap password hash: signing in is not what is measured. */
function run(folder: string, feed = 'sse'): Promise<RunningServer> {
  const options = {
    port: 0,
    feed,
    database: `sqlite:${folder}/countersign.db`,
    logLevel: 'warn',
    passwordMemoryKib: 64,
    passwordPasses: 1,
  } as const
  return serve(configFromOptions(options))
}

/** Asks with the authority of the machine's administrator, which is how the CLI asks the server that it runs in. */
async function ask<Answer>({ countersign, url }: RunningServer, path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'countersign-bench' }
  const response = await countersign.localFetch(new Request(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }))
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}

async function signUp(server: RunningServer, email: string, roles: readonly string[]): Promise<void> {
  await ask(server, '/v1/users', { email, password: PASSWORD, roles })
}

const signIn = (server: RunningServer, email: string): Promise<SignedIn> => ask(server, '/v1/sessions', { email, password: PASSWORD })

async function signInOften(server: RunningServer, email: string, times: number): Promise<readonly SignedIn[]> {
  const done: SignedIn[] = []
  for (let count = 0; count < times; count++) done.push(await signIn(server, email))
  return done
}

const portOf = ({ url }: RunningServer): number => Number(new URL(url).port)

async function start({ sessions, folder }: RefreshRequest): Promise<RefreshReady> {
  const server = await run(folder)
  const credentials: string[] = []
  for (let index = 0; index < sessions; index++) {
    const email = `person${index}@example.com`
    await signUp(server, email, ['staff'])
    credentials.push((await signIn(server, email)).refresh_token)
  }
  return { port: portOf(server), credentials }
}

async function startForRevocation({ sessions, folder, feed }: RefreshRequest): Promise<RevocationReady> {
  const server = await run(folder, feed)
  await signUp(server, 'operator@example.com', ['admin'])
  await signUp(server, 'person@example.com', ['staff'])
  const operator = await signIn(server, 'operator@example.com')
  const people = await signInOften(server, 'person@example.com', sessions)
  const { credential } = await ask<{ readonly credential: string }>(server, '/v1/services', { name: 'bench' })
  const { issuer } = server.countersign
  return {
    port: portOf(server),
    issuer,
    audience: issuer,
    credential,
    operatorToken: operator.access_token,
    sessions: people.map(({ access_token: accessToken, session: { id } }) => ({ id, accessToken })),
  }
}

async function startForApiKeys({ sessions: count, folder }: RefreshRequest): Promise<ApiKeysReady> {
  const server = await run(folder)
  await signUp(server, 'operator@example.com', ['admin'])
  const operator = await signIn(server, 'operator@example.com')
  const keys: { id: string; key: string }[] = []
  for (let index = 0; index < count; index++) {
    // An owner has no more than 200 of them.
    const { id: service } = await ask<{ readonly id: string }>(server, '/v1/services', { name: `robot ${index}` })
    const made = await ask<{ api_key: { id: string }; key: string }>(server, '/v1/api-keys', { name: 'bench', service })
    keys.push({ id: made.api_key.id, key: made.key })
  }
  const { credential } = await ask<{ readonly credential: string }>(server, '/v1/services', { name: 'bench' })
  const { issuer } = server.countersign
  return { port: portOf(server), issuer, audience: issuer, credential, operatorToken: operator.access_token, keys }
}

answerParent({ start, startForRevocation, startForApiKeys })
