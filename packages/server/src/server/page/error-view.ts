import { type AuthError, refusalRow } from 'countersign/core'
import { html } from 'hono/html'
import { reasonOf } from './form-error.ts'
import { brandMark } from './layout.ts'
import type { PageCall, View } from './page.ts'
import type { Site } from './site.ts'

/** What is left to show when there is no page to show: what happened, what to do, and for whoever helps, code and request. */
export function errorView(refusal: AuthError, call: PageCall, site: Site): View {
  const { page } = call.say
  const isMissing = refusal.code === 'not_found'
  const title = isMissing ? page.notFoundTitle : page.errorTitle
  const again = refusalRow(refusal.code).status === 503 && call.request.method === 'GET'
  return {
    title,
    layout: 'panel',
    body: html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${title}</h1></header>
<p>${isMissing ? page.notFound : reasonOf(refusal, call.say)}</p>
${again ? html`<p><a class="button" href="">${page.tryAgain}</a></p>` : html`<p><a class="button quiet" href="${call.link('/')}">${page.toAccount}</a></p>`}
<p class="small soft">${page.support(refusal.code, call.requestId)}</p>
</div>`,
  }
}
