import type { IncomingMessage } from 'node:http'
import { AuthError } from '../core/index.ts'
import { requireOwnPage } from '../verifier/index.ts'
import { headerOf } from './exchange.ts'
import type { BffSettings } from './options.ts'

type Needed = Pick<BffSettings, 'csrf' | 'origin' | 'origins'>

const binding = (session: string): string => `bff:${session}`

export const csrfTokenOf = ({ csrf }: Needed, session: string): string => csrf.create(binding(session))

/**
 * That a request which may change something comes from a page of ours.
 *
 * @param isAlways Whatever its method: a WebSocket begins with a GET that any page can make.
 * @throws {AuthError} `csrf_refused`.
 */
export function requirePage(request: IncomingMessage, { origin, origins }: Needed, isAlways = false): void {
  const { host, origin: from } = request.headers
  requireOwnPage(
    {
      authorization: undefined,
      method: isAlways ? undefined : request.method,
      secFetchSite: headerOf(request, 'sec-fetch-site'),
      origin: from,
      host,
      encrypted: 'encrypted' in request.socket,
    },
    { origin, origins },
  )
}

const safeMethods: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The whole check: where a request comes from, and the token that only our pages know.
 *
 * @throws {AuthError} `csrf_refused`.
 */
export function requireCsrf(request: IncomingMessage, settings: Needed, session: string): void {
  if (safeMethods.has(request.method)) return
  requirePage(request, settings)
  const token = headerOf(request, 'x-csrf-token')
  if (token === undefined || token === '') throw new AuthError('csrf_refused', { reason: 'token_missing' })
  if (!settings.csrf.accepts(token, binding(session))) throw new AuthError('csrf_refused', { reason: 'token_wrong' })
}
