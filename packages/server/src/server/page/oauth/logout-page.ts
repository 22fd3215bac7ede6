import { html } from 'hono/html'
import * as z from 'zod'
import { LOGOUT, oauthRequest, server } from '../../oauth-endpoint.ts'
import type { Services } from '../../services.ts'
import { actionOf, buttonForm } from '../field.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page, type PageCall, type Redirect, type View } from '../page.ts'
import { endQuietly } from '../signed-in.ts'
import { goOn } from './go-on.ts'

const text = z.string().max(8192).optional()

interface Query {
  readonly id_token_hint?: string | undefined
  readonly logout_hint?: string | undefined
  readonly client_id?: string | undefined
  readonly post_logout_redirect_uri?: string | undefined
  readonly state?: string | undefined
  readonly ui_locales?: string | undefined
}

/** Where an application sends people who sign out of it (OpenID Connect RP-Initiated Logout 1.0). They are always asked: a link signs nobody out. */
export const logoutPage: Page = definePage<Query>({
  path: LOGOUT,
  access: 'public',
  query: z.strictObject({
    id_token_hint: text,
    logout_hint: text,
    client_id: text,
    post_logout_redirect_uri: text,
    state: text,
    ui_locales: text,
  }),
  forms: {
    sign_out: defineForm({
      act: 'endCurrentSession',
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ signIn }) => signIn.signOutTitle,
      async submit(_fields, call, services): Promise<Redirect> {
        if (call.session !== undefined) await endQuietly(call.session.session.id, services)
        services.sessionCookies.clear(call.headers)
        call.headers.set('clear-site-data', '"cache", "storage"')
        return { to: actionOf(call) }
      },
    }),
  },
  async render(call, services): Promise<View | Redirect> {
    const { signIn, page } = call.say
    if (call.session === undefined) {
      const to = await wayBack(call, services)
      return to === undefined ? { to: call.link('/sign-in'), flash: { name: 'signed_out' } } : goOn(to, call, services)
    }
    const body = html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${signIn.signOutTitle}</h1></header>
${errorSummary(call)}
<p>${signIn.signOutLead}</p>
${buttonForm('sign_out', html`<button class="button">${page.signOut}</button>`, call)}
<p><a class="button quiet" href="${call.link('/account')}">${page.cancel}</a></p>
</div>`
    return { title: signIn.signOutTitle, layout: 'panel', body }
  },
})

/** Only to an address that the client has registered, letter for letter, and only for who shows that they are the client's. */
async function wayBack(call: PageCall<Query>, services: Services): Promise<string | undefined> {
  const { post_logout_redirect_uri: uri, id_token_hint: hint, state } = call.query
  const clientId = call.query.client_id ?? (hint === undefined ? undefined : audienceOf(hint))
  if (uri === undefined || clientId === undefined) return undefined
  const client = await services.store.oauthClients.find(clientId)
  if (client === undefined || client.disabledAt !== undefined || !client.postLogoutRedirectUris.includes(uri)) return undefined
  const request = await oauthRequest(new Request(call.request.url, { headers: call.request.headers }), call.client, undefined)
  if (hint !== undefined && (await server(services).tokenHint(request, hint, clientId)) === undefined) return undefined
  const url = new URL(uri)
  if (state !== undefined) url.searchParams.set('state', state)
  return url.href
}

/** Whom it says to be for; whether it is ours is asked after. */
function audienceOf(idToken: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())
    const { aud } = claims as { readonly aud?: unknown } // anything that is no text is nobody
    return typeof aud === 'string' ? aud : undefined
  } catch {
    return undefined
  }
}
