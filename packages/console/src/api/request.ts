import { browserNetwork, type Network } from './network.ts'
import { createIdentity } from './identity.ts'
import { isJson, Problem, problemOf, readJson, unreachable, unreadable } from './problem.ts'
import { hearDate } from './server-clock.ts'

export { Problem } from './problem.ts'

export interface Asked {
  /** Members that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Answered<T> {
  readonly body: T
  readonly etag: string | undefined
}

/** Asks the API with the cookies of the hosted sign-in. `T` is what the caller knows of the answer; undefined for 204. */
export interface Sender {
  send<T>(method: Method, path: string, asked?: Asked): Promise<T>
  sendFor<T>(method: Method, path: string, asked?: Asked): Promise<Answered<T>>
}

const REFRESH_LOCK = 'countersign-console-refresh'
const ME = '/v1/me'
const REFRESH = '/v1/sessions/refresh'
/** Longer than that nobody waits for a question; a change is never given up, since it may be on its way. */
const PATIENCE_MS = 30_000
const CSRF_COOKIES: readonly string[] = ['__Host-cs_csrf', '__Secure-cs_csrf', 'cs_csrf']

/** 401s that are about what was typed, or about how long ago the sign-in was: no refresh mends them. */
const aboutTheAsking: ReadonlySet<string> = new Set(['step_up_required', 'credentials_invalid', 'factor_required'])

/**
 * A sender of requests. When the access token has ended it refreshes the session, once for all requests that wait for it, and asks again;
 * when the session has ended it leaves for the sign-in, once; when somebody else has signed in at this browser it begins anew, as theirs.
 *
 * @throws {Problem} from `send` and `sendFor` for everything that is not a success.
 */
export function createSender(network: Network): Sender {
  let refreshes = 0
  let refreshing: Promise<void> | undefined
  let isLeaving = false

  const identity = createIdentity({
    mark: () => csrfToken(network.cookies()),
    ask: async () => {
      const response = await ask(network, 'GET', ME, {})
      return response.ok ? bodyOf(response) : undefined
    },
    startOver: network.startOver,
  })

  const leave = (): void => {
    isLeaving ||= network.leave()
  }

  const renew = async (): Promise<void> => {
    const response = await ask(network, 'POST', REFRESH, { body: {} })
    if (!response.ok) throw await problemOf(response)
    refreshes += 1
  }

  /** @param seen How many there had been when the request was sent that has been refused. */
  const refresh = async (seen: number): Promise<void> => {
    if (seen !== refreshes) return
    refreshing ??= network.exclusively(REFRESH_LOCK, renew).finally(() => {
      refreshing = undefined
    })
    await refreshing
  }

  const refreshOrLeave = async (seen: number, refused: Problem): Promise<void> => {
    try {
      if (csrfToken(network.cookies()) === undefined) throw refused
      await refresh(seen)
    } catch (error) {
      // No answer, or no storage: the session may well go on.
      if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) leave()
      throw error
    }
  }

  const answered = async (method: Method, path: string, asked: Asked): Promise<Response> => {
    await identity.check()
    const seen = refreshes
    const first = await ask(network, method, path, asked)
    if (first.ok) return first
    const refused = await heard(asked.signal, () => problemOf(first))
    if (refused.status !== 401 || aboutTheAsking.has(refused.code)) throw refused
    await refreshOrLeave(seen, refused)
    const second = await ask(network, method, path, asked)
    if (!second.ok) throw await heard(asked.signal, () => problemOf(second))
    return second
  }

  const sendFor = async <T>(method: Method, path: string, asked: Asked = {}): Promise<Answered<T>> => {
    const mark = csrfToken(network.cookies())
    const response = await answered(method, path, asked)
    const body = await heard(asked.signal, () => bodyOf(response))
    if (path === ME) identity.note(body, mark)
    return { body: body as T, etag: response.headers.get('etag') ?? undefined }
  }

  return { sendFor, send: async <T>(method: Method, path: string, asked?: Asked) => (await sendFor<T>(method, path, asked)).body }
}

async function ask(network: Network, method: Method, path: string, { query, body, ifMatch, signal: given }: Asked): Promise<Response> {
  const patience = method === 'GET' || path === REFRESH ? [AbortSignal.timeout(PATIENCE_MS)] : []
  const signals = [...patience, ...(given === undefined ? [] : [given])]
  const headers = new Headers({ accept: 'application/json' })
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (ifMatch !== undefined) headers.set('if-match', ifMatch)
  const csrf = method === 'GET' ? undefined : csrfToken(network.cookies())
  if (csrf !== undefined) headers.set('x-csrf-token', csrf)
  const response = await heard(given, () =>
    network.fetch(network.root() + path + queryText(query), {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
    }),
  )
  hearDate(response.headers.get('date'), network.now())
  return response
}

/** What breaks off is no answer, unless whoever asked did not want to wait. */
async function heard<T>(signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (error instanceof Problem || signal?.aborted === true) throw error
    throw unreachable(error)
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  // No content, and what is on its way: neither has a body.
  if (response.status === 204 || response.status === 202) return undefined
  const body = isJson(response) ? await readJson(response) : undefined
  if (body === undefined) throw unreadable(response)
  return body
}

function queryText(query: Asked['query']): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

/** What our own pages know and others do not: doc/guide/browser.md. */
function csrfToken(cookies: string): string | undefined {
  const pairs = new Map(cookies.split(/;\s*/).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const))
  return CSRF_COOKIES.map((name) => pairs.get(name)).find((value) => value !== undefined && value !== '')
}

const sender = createSender(browserNetwork)

export const send: Sender['send'] = sender.send
