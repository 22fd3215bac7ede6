import { AuthError } from 'countersign/core'
import { html } from 'hono/html'
import type { Services } from '../../services.ts'
import { brandMark } from '../layout.ts'
import type { PageCall, View } from '../page.ts'

/** @throws {AuthError} `internal` for what the protocol library should never lead to. */
export function ownPath(to: string, { config: { issuer } }: Services): string {
  const url = URL.parse(to, issuer)
  if (url === null || url.origin !== new URL(issuer).origin) throw new AuthError('internal', { reason: 'foreign_return' })
  return url.pathname + url.search
}

/**
 * A page of its own instead of a redirect: browsers hold the redirects of a form against the form's policy, and this way may end anywhere.
 *
 * @param to A path of ours, or an address that a client has registered.
 */
export function goOn(to: string, call: PageCall, { site }: Services): View {
  const { consent } = call.say
  call.headers.set('refresh', `0; url=${to}`)
  const body = html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${consent.goOnTitle}</h1></header>
<p>${consent.goOn}</p>
<p><a class="button" href="${to}">${consent.goOnLink}</a></p>
</div>`
  return { title: consent.goOnTitle, layout: 'panel', body }
}
