import { html } from 'hono/html'
import type { OAuthClient } from '../../../oauth/index.ts'
import type { Html } from '../html.ts'
import type { PageCall } from '../page.ts'

/**
 * What helps people to tell who asks: that nobody here knows it, and pages of its own. Its logo is not shown: whoever serves it would learn who
 * looks, and could change it once somebody has looked. Whoever has registered by itself may have named anybody's address beside its own: its
 * pages are shown where people are sent to the very same place.
 *
 * @param leadsTo Where people are sent; undefined: nowhere.
 */
export function clientFacts({ links, registration, name }: OAuthClient, { say: { consent } }: PageCall, leadsTo: string | undefined): Html {
  const isUnknown = registration !== undefined && !registration.isVerified
  const pages = [
    [links.clientUri, consent.clientPage(name)],
    [links.policyUri, consent.clientPolicy],
    [links.tosUri, consent.clientTerms],
  ] as const
  const own = leadsTo === undefined ? undefined : URL.parse(leadsTo)?.origin
  const isShown = (uri: string): boolean => !isUnknown || URL.parse(uri)?.origin === own
  const shown = pages.flatMap(([uri, label]) => (uri === undefined || !isShown(uri) ? [] : [pageLink(uri, label)]))
  return html`${isUnknown ? html`<div class="notice warning"><strong>${consent.unverified}</strong><p>${consent.unverifiedLead}</p></div>` : ''}
${shown.length === 0 ? '' : html`<p class="small soft">${shown.map((link, index) => html`${index === 0 ? '' : ' · '}${link}`)}</p>`}`
}

/** The page goes on waiting in its own window; where the link leads learns nothing of it. */
const pageLink = (uri: string, label: string): Html => html`<a href="${uri}" rel="noopener noreferrer" target="_blank">${label}</a>`
