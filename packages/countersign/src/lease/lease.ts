import { isJsonObject, parseJsonObject } from '../core/json.ts'
import { type Platform, systemPlatform } from '../core/platform.ts'
import { newRecipient } from './recipient.ts'

export interface LeaseOptions {
  /** Of the Countersign server: `https://auth.example`. */
  readonly url: string
  /** An API key with the scope `leases:take`, or an access token with it or of an operator. */
  readonly credential: string
  /** The pool that the test user is of. */
  readonly pool: string
  /** The deadline: by then the lease ends whatever becomes of this process. Default 900. */
  readonly seconds?: number
  /** How long to wait for somebody to be free. Default 0: not at all. */
  readonly waitSeconds?: number
  readonly platform?: Pick<Platform, 'fetch' | 'clock'>
}

/** A test user, for the length of a test. */
export interface Lease extends AsyncDisposable {
  readonly id: string
  readonly user: string
  readonly email: string
  /** Right until the end of the lease. */
  readonly password: string
  /** RFC 3339. */
  readonly endsAt: string
  /** Password, sessions and tokens are dead when this is done. A lease that has ended before is left at that. */
  end(): Promise<void>
}

const DEFAULT_SECONDS = 900
const POLL_MS = 1000

/**
 * Leases a test user. The password comes encrypted to a key made for this call, so that neither a proxy nor a log on the way sees it. Does not
 * keep the lease: it ends at its deadline, or with `end`.
 *
 * @throws {TypeError} The address is neither `https:` nor of this machine; or the server refused: the message has its sentence and code.
 */
export async function takeLease(options: LeaseOptions): Promise<Lease> {
  const { pool, seconds = DEFAULT_SECONDS, waitSeconds = 0, platform = systemPlatform } = options
  const ask = asking(options, platform)
  const recipient = await newRecipient()
  const until = platform.clock.monotonicMs() + waitSeconds * 1000
  let answer = await ask('POST', '/v1/leases', { pool, seconds, deliver_to: recipient.publicKey })
  while (answer.code === 'conflict' && platform.clock.monotonicMs() < until) {
    await new Promise<void>((resolve) => void platform.clock.after(POLL_MS, resolve, { keepsProcess: true }))
    answer = await ask('POST', '/v1/leases', { pool, seconds, deliver_to: recipient.publicKey })
  }
  if (answer.code === 'conflict') throw new TypeError(`nobody of the pool ${pool} is free (conflict)`)
  const { lease, encrypted_credentials: delivery } = succeeded(answer)
  if (!isJsonObject(lease) || typeof delivery !== 'string') throw new TypeError('the server did not answer with a lease')
  const { id, user, ends_at: endsAt } = lease
  const { email, password } = await recipient.open(delivery)
  const texts = { id, user, email, password, endsAt }
  if (!areTexts(texts)) throw new TypeError('the server did not answer with a lease')
  const end = async (): Promise<void> => {
    const ended = await ask('DELETE', `/v1/leases/${texts.id}`)
    if (ended.code !== 'not_found') succeeded(ended)
  }
  return Object.freeze({ ...texts, end, [Symbol.asyncDispose]: end })
}

interface Answered {
  readonly isDone: boolean
  readonly code: string | undefined
  readonly document: Readonly<Record<string, unknown>>
}

type Ask = (method: string, path: string, body?: unknown) => Promise<Answered>

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

function asking({ url, credential }: LeaseOptions, { fetch }: Pick<Platform, 'fetch'>): Ask {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  if (protocol !== 'https:' && !(protocol === 'http:' && loopbackHosts.has(hostname))) {
    throw new TypeError('url must be the https: address of the server')
  }
  const base = url.replace(/\/+$/, '')
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${credential}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    const init = { method, headers, redirect: 'error', ...(body === undefined ? {} : { body: JSON.stringify(body) }) } as const
    const response = await fetch(`${base}${path}`, init)
    const text = await response.text()
    const document = text === '' ? {} : documentOf(text)
    const code = document['code']
    return { isDone: response.ok, code: response.ok || typeof code !== 'string' ? undefined : code, document }
  }
}

function documentOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(text)
  } catch {
    return {}
  }
}

function succeeded({ isDone, code, document }: Answered): Readonly<Record<string, unknown>> {
  if (isDone) return document
  const title = document['title']
  throw new TypeError(`${typeof title === 'string' ? title : 'the server refused'} (${code ?? 'no code'})`)
}

type Texts = Readonly<Record<'id' | 'user' | 'email' | 'password' | 'endsAt', string>>

const areTexts = (values: Readonly<Record<keyof Texts, unknown>>): values is Texts =>
  Object.values(values).every((value) => typeof value === 'string')
