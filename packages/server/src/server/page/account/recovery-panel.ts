import { html } from 'hono/html'
import type { Html } from '../html.ts'
import type { PageCall } from '../page.ts'

/** New recovery codes, this one time. */
export function recoveryPanel(codes: readonly string[], call: PageCall): Html {
  const { account } = call.say
  return html`<section class="card pad stack" aria-labelledby="recovery"><h2 id="recovery">${account.recoveryTitle}</h2>
<p>${account.recoveryLead}</p>
<ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
<a class="button" href="${call.link('/account')}">${account.recoveryDone}</a></section>`
}
