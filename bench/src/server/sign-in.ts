/** A child process: the whole Countersign server with passwords at their real cost, and people that it knows. */
import { configFromOptions, type RunningServer, serve } from '@countersign/server'
import { answerParent } from '../harness/parent.ts'

export interface SignInRequest {
  /** A folder of its own, on a real file system. */
  readonly folder: string
  readonly people: number
  readonly suspended: number
  /** Of these people, signed in already. */
  readonly sessions: number
}

export interface SignInReady {
  readonly port: number
  readonly sessions: readonly { readonly accessToken: string; readonly refreshToken: string }[]
}

export interface Memory {
  readonly rssBytes: number
  readonly heapBytes: number
}

export const PASSWORD = 'correct horse battery staple'
/** Addresses of people, and in the same form of those that are suspended and of nobody. */
export const addressOf = (kind: 'known' | 'suspended' | 'unknown', index: number): string => `${kind}${index}@example.com`

let running: RunningServer | undefined

async function local<Answer>(method: string, path: string, body: object): Promise<Answer> {
  if (running === undefined) throw new Error('not started')
  const headers = { 'content-type': 'application/json', 'user-agent': 'countersign-bench' }
  const request = new Request(`${running.url}${path}`, { method, headers, body: JSON.stringify(body) })
  const response = await running.countersign.localFetch(request)
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}

const signUp = async (email: string): Promise<string> =>
  (await local<{ readonly user: { readonly id: string } }>('POST', '/v1/users', { email, password: PASSWORD })).user.id

async function start({ folder, people, suspended, sessions }: SignInRequest): Promise<SignInReady> {
  // The load says where each request comes from: from one address so many would be throttled, which is not what is measured.
  const options = {
    port: 0,
    database: `sqlite:${folder}/countersign.db`,
    logLevel: 'warn',
    trustedProxies: ['127.0.0.1'],
    // What one process can ask in a minute is more than all strangers of a service do.
    signInAttemptsPerMinute: 1_000_000,
  } as const
  running = await serve(configFromOptions(options))
  const signedIn: { accessToken: string; refreshToken: string }[] = []
  for (let index = 0; index < people; index++) {
    const email = addressOf('known', index)
    await signUp(email)
    if (index >= sessions) continue
    const answer = await local<{ access_token: string; refresh_token: string }>('POST', '/v1/sessions', { email, password: PASSWORD })
    signedIn.push({ accessToken: answer.access_token, refreshToken: answer.refresh_token })
  }
  for (let index = 0; index < suspended; index++) {
    await local('PATCH', `/v1/users/${await signUp(addressOf('suspended', index))}`, { status: 'suspended' })
  }
  return { port: Number(new URL(running.url).port), sessions: signedIn }
}

function memory(): Memory {
  const { rss: rssBytes, heapUsed: heapBytes } = process.memoryUsage()
  return { rssBytes, heapBytes }
}

answerParent({ start, memory })
