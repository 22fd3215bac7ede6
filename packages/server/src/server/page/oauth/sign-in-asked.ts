import { html } from 'hono/html'
import { CONSENT_PATH, type Interaction } from '../../../oauth/index.ts'
import { type AuthenticationContext, meets } from '../../../session/acr.ts'
import { browserSession } from '../../oauth-endpoint.ts'
import type { Services } from '../../services.ts'
import { buttonForm } from '../field.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary } from '../layout.ts'
import type { PageCall, Redirect, View } from '../page.ts'
import { signedIn, signedInUser } from '../signed-in.ts'
import { factorsOf } from '../sign-in/step-up.ts'
import { about, clientOf, textOf } from './asked.ts'

/** What the protocol wants of a person before it comes to consent: an account, a sign-in, a sign-in anew, a stronger one. */

/** Names of the consent page's forms. */
export const GIVE_UP = 'give_up'
export const STAY = 'stay'
export const OTHER = 'other'

const HERE = `/sign-in?return_to=${encodeURIComponent(CONSENT_PATH)}`
const LONGEST_HINT = 254

/** The sign-in; it begins with the address that the application has named (`login_hint`). */
export function signInFirst({ params }: Interaction, call: PageCall): Redirect {
  const email = textOf(params['login_hint'])
  const to = call.link(HERE)
  return email === '' || email.length > LONGEST_HINT ? { to } : { to, flash: { name: 'sign_in_as', email } }
}

/**
 * Where somebody goes on who is signed in, and is asked for more than that.
 *
 * @returns undefined when everything has been shown.
 */
export async function moreAsked(interaction: Interaction, call: PageCall, services: Services): Promise<View | Redirect | undefined> {
  const wanted = tooWeakFor(interaction, call)
  if (wanted !== undefined) {
    const canDo = (await canShow(wanted, call, services)) && !hasTried(interaction, call)
    return canDo
      ? { to: call.link(`${HERE}&step_up=yes${wanted === 'phr' ? '&acr=phr' : ''}`) }
      : weakView(wanted, interaction, call, services)
  }
  return isTooOld(interaction, call) ? { to: call.link(`${HERE}&step_up=yes`) } : undefined
}

/** Somebody is to show anew who they are, and has not since that was asked. */
function isTooOld({ prompt, iat }: Interaction, call: PageCall): boolean {
  const asksAnew = prompt.reasons.some((reason) => reason === 'login_prompt' || reason === 'max_age')
  return asksAnew && browserSession(signedIn(call)).authenticatedAt < iat
}

/** What is asked for, where the sign-in was not as strong (RFC 9470). */
function tooWeakFor({ prompt }: Interaction, call: PageCall): AuthenticationContext | undefined {
  if (!prompt.reasons.includes('acr')) return undefined
  const wanted = prompt.details['acr'] === 'mfa' ? 'mfa' : 'phr'
  return meets(browserSession(signedIn(call)).acr, wanted) ? undefined : wanted
}

async function canShow(wanted: AuthenticationContext, call: PageCall, services: Services): Promise<boolean> {
  const factors = await factorsOf(signedIn(call).session.user, services)
  return wanted === 'phr' ? factors.includes('passkey') : factors.length > 0
}

/** All that the account has was shown, and it was not enough: asking again would go round in circles. */
const hasTried = ({ iat }: Interaction, call: PageCall): boolean => browserSession(signedIn(call)).authenticatedAt > iat

async function weakView(wanted: AuthenticationContext, interaction: Interaction, call: PageCall, services: Services): Promise<View> {
  const { consent, page } = call.say
  const { name } = await clientOf(interaction, services)
  const body = html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${consent.weakTitle}</h1><p class="soft">${consent.weakLead[wanted](name)}</p></header>
${errorSummary(call)}
<p>${consent.weakThen}</p>
<p><a class="button" href="${call.link('/account')}">${page.toAccount}</a></p>
${buttonForm(GIVE_UP, html`<button class="button quiet">${consent.weakBack(name)}</button>`, call, about(interaction))}
</div>`
  return { title: consent.weakTitle, layout: 'panel', body }
}

/** `prompt=select_account`: the account that is signed in, or another. */
export async function choiceView(interaction: Interaction, call: PageCall, services: Services): Promise<View> {
  const { consent } = call.say
  const [{ name }, { email }] = await Promise.all([clientOf(interaction, services), signedInUser(call, services)])
  const button = (words: string, kind: string): Html => html`<button class="button${kind}">${words}</button>`
  const body = html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${consent.chooseTitle}</h1><p class="soft">${consent.chooseLead(name)}</p></header>
${errorSummary(call)}
${buttonForm(STAY, button(consent.chooseStay(email), ''), call, about(interaction))}
${buttonForm(OTHER, button(consent.chooseOther, ' quiet'), call, about(interaction))}
<p class="small soft">${consent.chooseOtherEffect}</p>
</div>`
  return { title: consent.chooseTitle, layout: 'panel', body }
}
