import { AuthError, encodeBase64url } from 'countersign/core'
import { pageSession, sessionBinding, visitBinding } from '../browser/index.ts'
import type { Client } from '../connection.ts'
import { parseWith } from '../field-error.ts'
import { DEFAULT_LOCALE, message } from '../message/message.ts'
import type { Services } from '../services.ts'
import { flashOf } from './flash.ts'
import { chooseLocale } from './locale-choice.ts'
import type { Page, PageCall } from './page.ts'

/** What is known of a request before anything is asked of it. */
export interface PageRequest {
  readonly request: Request
  readonly requestId: string
  readonly client: Client
  /** Came through a door that only this machine's administrator has. */
  readonly local: boolean
  /** Of all pages there are. */
  readonly paths: ReadonlySet<string>
}

const NONCE_BYTES = 16

/** What a redirect carries for whoever follows it. */
export const ANYBODY = 'anybody'

/** Of whom a form's token, or what a redirect carries, is. */
export const bindingOf = ({ session, visit }: Pick<PageCall, 'session' | 'visit'>): string =>
  session === undefined ? visitBinding(visit) : sessionBinding(session.session.id)

/** What can be said to anybody, whatever they have sent: the ground on which even a refusal stands. */
export function strangerCall({ request, requestId, client, paths }: PageRequest, { site, platform, csrf }: Services): PageCall {
  const { base } = site
  return {
    request,
    requestId,
    client,
    now: platform.clock.now(),
    query: {},
    locale: DEFAULT_LOCALE,
    say: message(DEFAULT_LOCALE),
    session: undefined,
    csrf: csrf.csrfToken(visitBinding('')),
    visit: '',
    nonce: encodeBase64url(platform.random.bytes(NONCE_BYTES)),
    flash: undefined,
    sent: undefined,
    headers: new Headers(),
    link: (path) => base + path,
    offers: (path) => paths.has(path),
  }
}

/** The query as an object; of a name that is there twice, all values, which no schema of a page takes. */
function queryOf(url: string): { readonly lang: string | undefined; readonly rest: Readonly<Record<string, unknown>> } {
  const rest: Record<string, unknown> = Object.create(null)
  const { searchParams } = new URL(url)
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name)
    rest[name] = values.length === 1 ? values[0] : values
  }
  const { lang, ...others } = rest
  return { lang: typeof lang === 'string' ? lang : undefined, rest: others }
}

/** In the reader's language; what is wrong with the request may be said in it from here on. @throws {AuthError} `credential_malformed`. */
export function localCall(stranger: PageCall, { site }: Services): PageCall {
  const { request, headers } = stranger
  const locale = chooseLocale(request, queryOf(request.url).lang, site.isSecure, headers)
  return { ...stranger, locale, say: message(locale) }
}

/**
 * Finds out who looks at the page and what is asked of it.
 *
 * @throws {AuthError} `insecure_transport`, `request_invalid` for a query that the page does not have, `revocation_unknown`, `unavailable`.
 */
export async function openCall(page: Page, local: PageCall, given: PageRequest, services: Services): Promise<PageCall> {
  const { request, client } = given
  const { config, sessionCookies, csrf, site } = services
  if (config.production && !client.secure && !given.local) throw new AuthError('insecure_transport')
  const { headers } = local
  const query = parseWith(page.query, queryOf(request.url).rest)
  const session = await pageSession(request, client, services)
  for (const cookie of session?.setCookies ?? []) headers.append('set-cookie', cookie)
  const { id: visit, setCookie } = sessionCookies.visit(request)
  // Whoever is signed in has forms that are bound to the session.
  if (setCookie !== undefined && session === undefined) headers.append('set-cookie', setCookie)
  const known = { ...local, query, session, visit, csrf: session?.csrf ?? csrf.csrfToken(visitBinding(visit)) }
  return { ...known, flash: flashOf(site.flash.read(request, bindingOf(known)) ?? site.flash.read(request, ANYBODY)) }
}
