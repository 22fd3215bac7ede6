import { AuthError } from 'countersign/core'
import { html } from 'hono/html'
import * as z from 'zod'
import { CONSENT_PATH, grantIdOf, type Interaction, type ProtocolLibrary } from '../../../oauth/index.ts'
import { browserSession, oauthRequest, server } from '../../oauth-endpoint.ts'
import type { Services } from '../../services.ts'
import { buttonForm } from '../field.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page, type PageCall, type Redirect, type View } from '../page.ts'
import { signedIn } from '../signed-in.ts'
import { goOn, ownPath } from './go-on.ts'
import { askScopes } from './scope-list.ts'

const HERE = `/sign-in?return_to=${encodeURIComponent(CONSENT_PATH)}`

/** Where the protocol sends people: to sign in, to show once more who they are, to allow an application what it asks for. */
export const consentPage: Page = definePage({
  path: CONSENT_PATH,
  access: 'public',
  forms: {
    allow: defineForm({
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ consent }) => consent.failed,
      submit: (_fields, call, services) => decide(call, services, (provider, interaction) => allowed(provider, interaction, call)),
    }),
    deny: defineForm({
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ consent }) => consent.failed,
      submit: (_fields, call, services) =>
        decide(call, services, async () => ({ error: 'access_denied', error_description: 'the person has not allowed it' })),
    }),
  },
  async render(call, services): Promise<View | Redirect> {
    const interaction = await pending(call, services)
    if (interaction.result !== undefined) return goOn(ownPath(interaction.returnTo, services), call, services)
    if (call.session === undefined) return { to: call.link(HERE) }
    if (interaction.prompt.name !== 'login') return consentView(interaction, call, services)
    if (isTooOld(interaction, call)) return { to: call.link(`${HERE}&step_up=yes`) }
    const { user: accountId, authenticatedAt: ts, amr, acr } = browserSession(call.session)
    const login = { accountId, ts, amr: [...amr], ...(acr === undefined ? {} : { acr }) }
    return goOn(await server(services).finish(await asked(call), async () => ({ login })), call, services)
  },
})

/** Always as a request without a body: what is asked is in the cookie. */
const asked = ({ request, client, session }: PageCall) =>
  oauthRequest(new Request(request.url, { headers: request.headers }), client, session)

/** @throws {AuthError} `not_found`: it is over, or begun in another browser. */
async function pending(call: PageCall, services: Services): Promise<Interaction> {
  const interaction = await server(services).interaction(await asked(call))
  if (interaction === undefined) throw new AuthError('not_found', { reason: 'no_interaction' })
  return interaction
}

/** Somebody is to show anew who they are, and has not since that was asked. */
function isTooOld({ prompt, iat }: Interaction, call: PageCall): boolean {
  const asksAnew = prompt.reasons.some((reason) => reason === 'login_prompt' || reason === 'max_age' || reason === 'id_token_hint')
  return asksAnew && browserSession(signedIn(call)).authenticatedAt < iat
}

type Decision = Awaited<ReturnType<Parameters<ReturnType<typeof server>['finish']>[1]>>

async function decide(
  call: PageCall,
  services: Services,
  outcome: (provider: ProtocolLibrary, interaction: Interaction) => Promise<Decision>,
): Promise<Redirect> {
  const interaction = await pending(call, services)
  signedIn(call)
  if (interaction.prompt.name !== 'consent') throw new AuthError('conflict')
  await server(services).finish(await asked(call), (provider) => outcome(provider, interaction))
  return { to: call.link(CONSENT_PATH) }
}

/** What is missing is added to what the person has allowed the client before. */
async function allowed(provider: ProtocolLibrary, { params, prompt }: Interaction, call: PageCall): Promise<Decision> {
  const accountId = signedIn(call).session.user
  const clientId = textOf(params['client_id'])
  const id = grantIdOf(accountId, clientId)
  const grant = (await provider.Grant.find(id)) ?? new provider.Grant({ accountId, clientId })
  grant.jti = id
  const { oidc, resources } = askedOf(prompt.details)
  if (oidc.length > 0) grant.addOIDCScope(oidc.join(' '))
  for (const [resource, scopes] of Object.entries(resources)) grant.addResourceScope(resource, scopes.join(' '))
  return { consent: { grantId: await grant.save() } }
}

interface Asked {
  readonly oidc: readonly string[]
  readonly resources: Readonly<Record<string, readonly string[]>>
}

/** As the library's own checks have put it down. */
const askedOf = (details: Interaction['prompt']['details']): Asked => ({
  oidc: (details['missingOIDCScope'] ?? []) as readonly string[],
  resources: (details['missingResourceScopes'] ?? {}) as Asked['resources'],
})

async function consentView({ params, prompt }: Interaction, call: PageCall, services: Services): Promise<View> {
  const { say } = call
  const client = await services.oauthClients.find(textOf(params['client_id']))
  const { oidc, resources } = askedOf(prompt.details)
  const scopes = [
    ...new Set([...oidc, ...Object.values(resources).flat(), ...(oidc.length === 0 ? textOf(params['scope']).split(' ') : [])]),
  ]
  const title = say.consent.title(client.name)
  const body = html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${title}</h1><p class="soft">${say.consent.lead(client.name)}</p></header>
${errorSummary(call)}
${askScopes(scopes, call)}
<p class="small soft">${say.consent.leadsTo} <strong>${placeOf(textOf(params['redirect_uri']))}</strong>. ${say.consent.takeBack}</p>
${buttonForm('allow', html`<button class="button">${say.consent.allow}</button>`, call)}
${buttonForm('deny', html`<button class="button quiet">${say.consent.deny}</button>`, call)}
</div>`
  return { title, layout: 'panel', body }
}

/** The host, or the scheme of an app's own. */
function placeOf(uri: string): string {
  const url = URL.parse(uri)
  return url === null ? '' : url.host === '' ? url.protocol : url.host
}

/** The library has held every parameter against its form; what is absent is empty. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
