import { AuthError } from 'countersign/core'
import { html } from 'hono/html'
import { actOn } from '../../../audit/index.ts'
import {
  claimsAskedFor,
  CONSENT_PATH,
  grantIdOf,
  type Interaction,
  type OAuthClient,
  oidcScopes,
  type ProtocolLibrary,
  REFRESH_DAYS,
  scopesOfClaims,
} from '../../../oauth/index.ts'
import { ENROLMENT } from '../../../session/index.ts'
import { acceptedLocale } from '../../message/message.ts'
import { browserSession, server } from '../../oauth-endpoint.ts'
import type { Services } from '../../services.ts'
import { buttonForm } from '../field.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { proposeLocale } from '../locale-choice.ts'
import { defineForm, definePage, type Page, type PageCall, type Redirect, type View } from '../page.ts'
import { endQuietly, signedIn } from '../signed-in.ts'
import { about, type AboutFields, aboutFields, asked, clientOf, pending, pendingOf, textOf } from './asked.ts'
import { clientFacts } from './client-facts.ts'
import { goOn, ownPath } from './go-on.ts'
import { askScopes } from './scope-list.ts'
import { choiceView, GIVE_UP, moreAsked, OTHER, signInFirst, STAY } from './sign-in-asked.ts'

/** https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html */
const UNMET = 'unmet_authentication_requirements'

/** Where the protocol sends people: to sign in, to show once more who they are, to allow an application what it asks for. */
export const consentPage: Page = definePage({
  path: CONSENT_PATH,
  access: 'public',
  forms: {
    allow: defineForm({
      act: 'allowClient',
      fields: aboutFields,
      keeps: [],
      failed: ({ consent }) => consent.failed,
      submit: (fields, call, services) => decide(fields, call, services, (provider, interaction) => allowed(provider, interaction, call)),
    }),
    deny: defineForm({
      fields: aboutFields,
      keeps: [],
      failed: ({ consent }) => consent.failed,
      submit: (fields, call, services) =>
        decide(fields, call, services, async () => ({ error: 'access_denied', error_description: 'the person has not allowed it' })),
    }),
    [GIVE_UP]: defineForm({
      fields: aboutFields,
      keeps: [],
      failed: ({ consent }) => consent.failed,
      submit: (fields, call, services) =>
        decide(
          fields,
          call,
          services,
          async () => ({ error: UNMET, error_description: 'the sign-in cannot be as strong as is asked for' }),
          'login',
        ),
    }),
    [STAY]: defineForm({
      fields: aboutFields,
      keeps: [],
      failed: ({ consent }) => consent.failed,
      submit: (fields, call, services) => decide(fields, call, services, async () => ({ select_account: {} }), 'select_account'),
    }),
    [OTHER]: defineForm({
      // All that it changes.
      act: 'endCurrentSession',
      fields: aboutFields,
      keeps: [],
      failed: ({ consent }) => consent.failed,
      submit: chooseAnother,
    }),
  },
  async render(call, services): Promise<View | Redirect> {
    // The other request is not put under the finger that has just come down.
    if (call.sent?.code === 'conflict') throw new AuthError('conflict', { reason: 'another_interaction' })
    const interaction = await pending(call, services)
    if (isDecided(interaction, call)) return goOn(ownPath(interaction.returnTo, services), call, services)
    if (speakAsAsked(interaction, call, services)) return { to: call.link(CONSENT_PATH) }
    if (call.session === undefined) return signInFirst(interaction, call)
    // Its person has a second factor to set up first.
    if (call.session.principal.acr === ENROLMENT) return { to: call.link('/account') }
    const { name } = interaction.prompt
    if (name === 'consent') return consentView(interaction, call, services)
    // Who chose another account, or was not signed in, has chosen by signing in.
    const hasChosen = name === 'select_account' && interaction.session === undefined
    if (name === 'select_account' && !hasChosen) return choiceView(interaction, call, services)
    const more = hasChosen ? undefined : await moreAsked(interaction, call, services)
    if (more !== undefined) return more
    const done = { login: loginOf(call), ...(hasChosen ? { select_account: {} } : {}) }
    return goOn(await server(services).finish(await asked(call), async () => done), call, services)
  },
})

type Decision = Awaited<ReturnType<Parameters<ReturnType<typeof server>['finish']>[1]>>

async function decide(
  fields: AboutFields,
  call: PageCall,
  services: Services,
  outcome: (provider: ProtocolLibrary, interaction: Interaction) => Promise<Decision>,
  on: 'consent' | 'login' | 'select_account' = 'consent',
): Promise<Redirect> {
  const interaction = await pendingOf(fields, on, call, services)
  signedIn(call)
  await server(services).finish(await asked(call), (provider) => outcome(provider, interaction))
  return { to: call.link(CONSENT_PATH) }
}

/** A browser has one session: who takes another account is signed out of this one. */
async function chooseAnother(fields: AboutFields, call: PageCall, services: Services): Promise<Redirect> {
  const interaction = await pendingOf(fields, 'select_account', call, services)
  await server(services).forgetSession(await asked(call))
  if (call.session !== undefined) await endQuietly(call.session.session.id, services)
  services.sessionCookies.clear(call.headers)
  return signInFirst(interaction, call)
}

/** Not when somebody else has signed in at this browser since. */
function isDecided({ result }: Interaction, { session }: PageCall): boolean {
  if (result === undefined) return false
  const who = result.login?.accountId
  return who === undefined || who === session?.session.user
}

/** The sign-in, as the protocol is told of it. */
function loginOf(call: PageCall) {
  const { user: accountId, authenticatedAt: ts, amr, acr } = browserSession(signedIn(call))
  return { accountId, ts, amr: [...amr], ...(acr === undefined ? {} : { acr }) }
}

/** `ui_locales`: what the application takes its person to read, until they choose for themselves. @returns true when that is another language. */
function speakAsAsked({ params }: Interaction, call: PageCall, { site }: Services): boolean {
  const asked = textOf(params['ui_locales']).split(' ').join(',')
  return asked !== '' && proposeLocale(acceptedLocale(asked), call, site.isSecure)
}

/** What is missing is added to what the person has allowed the client before. */
async function allowed(provider: ProtocolLibrary, { params, prompt }: Interaction, call: PageCall): Promise<Decision> {
  const accountId = signedIn(call).session.user
  const clientId = textOf(params['client_id'])
  const id = grantIdOf(accountId, clientId)
  actOn('client', clientId)
  const grant = (await provider.Grant.find(id)) ?? new provider.Grant({ accountId, clientId })
  grant.jti = id
  const { oidc, claims, resources } = askedOf(prompt.details)
  if (oidc.length > 0) grant.addOIDCScope(oidc.join(' '))
  if (claims.length > 0) grant.addOIDCClaims([...claims])
  for (const [resource, scopes] of Object.entries(resources)) grant.addResourceScope(resource, scopes.join(' '))
  return { consent: { grantId: await grant.save() } }
}

interface Asked {
  readonly oidc: readonly string[]
  readonly claims: readonly string[]
  readonly resources: Readonly<Record<string, readonly string[]>>
}

/** As the library's own checks have put it down. */
const askedOf = (details: Interaction['prompt']['details']): Asked => ({
  oidc: (details['missingOIDCScope'] ?? []) as readonly string[],
  claims: (details['missingOIDCClaims'] ?? []) as readonly string[],
  resources: (details['missingResourceScopes'] ?? {}) as Asked['resources'],
})

async function consentView(interaction: Interaction, call: PageCall, services: Services): Promise<View> {
  const { params, prompt } = interaction
  const { say } = call
  const client = await clientOf(interaction, services)
  const { oidc, claims, resources } = askedOf(prompt.details)
  const missing = [...oidc, ...scopesOfClaims(claims), ...Object.values(resources).flat()]
  const all = missing.length === 0 || prompt.reasons.some((reason) => anew.has(reason)) ? mayHave(client, params) : []
  const scopes = [...new Set([...all, ...missing])]
  const title = say.consent.title(client.name)
  const body = html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${title}</h1><p class="soft">${say.consent.lead(client.name)}</p></header>
${errorSummary(call)}
${askScopes(scopes, call)}
${clientFacts(client, call, textOf(params['redirect_uri']))}
<p class="small soft">${say.consent.leadsTo} <strong>${placeOf(textOf(params['redirect_uri']))}</strong>. ${lastingOf(textOf(params['scope']), call)} ${say.consent.takeBack}</p>
${buttonForm('allow', html`<button class="button">${say.consent.allow}</button>`, call, about(interaction))}
${buttonForm('deny', html`<button class="button quiet">${say.consent.deny}</button>`, call, about(interaction))}
</div>`
  return { title, layout: 'panel', body }
}

/** Why somebody is asked for what they have allowed before: then for all of it, since it may go to somebody else this time. */
const anew: ReadonlySet<string> = new Set(['unverified', 'native_client_prompt', 'consent_prompt'])

/** What nobody would be given is somebody's text on a page of ours, and no scope. */
function mayHave({ scopes }: OAuthClient, params: Interaction['params']): readonly string[] {
  const asked = textOf(params['scope']).split(' ')
  return [...asked.filter((scope) => oidcScopes.includes(scope) || scopes.includes(scope)), ...scopesOfClaims(claimsAskedFor(params))]
}

/** For how long, which the person cannot see otherwise. */
const lastingOf = (scope: string, { say: { consent } }: PageCall): string =>
  scope.split(' ').includes('offline_access') ? consent.lastsOffline(REFRESH_DAYS) : consent.lasts

/** The host; of an app's own scheme that alone: what stands behind it may look like a host, and is none. */
function placeOf(uri: string): string {
  const url = URL.parse(uri)
  return url === null ? '' : /^https?:$/.test(url.protocol) ? url.host : url.protocol
}
