import { html } from 'hono/html'
import type { User } from '../../../account/index.ts'
import { buttonForm } from '../field.ts'
import type { Html } from '../html.ts'
import { icon } from '../icon.ts'
import type { PageCall } from '../page.ts'

export const VERIFY = 'verify'

/** Who the account is of. */
export function profileSection({ name, email, emailVerifiedAt }: User, call: PageCall): Html {
  const { account } = call.say
  const change = (path: string, of: string): Html | '' =>
    call.offers(path)
      ? html`<a class="button quiet compact" href="${call.link(path)}" aria-label="${of}: ${account.change}">${account.change}</a>`
      : ''
  const badge =
    emailVerifiedAt === undefined
      ? html`<span class="badge warning">${account.unverified}</span>`
      : html`<span class="badge">${account.verified}</span>`
  // Where mail is sent, there is a page for another address.
  const canSend = emailVerifiedAt === undefined && call.offers('/account/email')
  const again = canSend ? buttonForm(VERIFY, html`<button class="button quiet compact">${account.verifyAgain}</button>`, call) : ''
  return html`<section aria-labelledby="you"><header><h2 id="you">${account.profile}</h2></header>
<div class="card">
<div class="item">${icon('person')}<div><div class="soft small">${account.name}</div><div class="title"><span>${name ?? account.noName}</span></div></div>${change('/account/name', account.name)}</div>
<div class="item">${icon('mail')}<div><div class="soft small">${account.email}</div><div class="title"><span>${email}</span> ${badge}</div></div><div class="buttons">${again}${change('/account/email', account.email)}</div></div>
</div></section>`
}
