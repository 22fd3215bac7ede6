import { html } from 'hono/html'
import * as z from 'zod'
import type { Services } from '../../services.ts'
import { actionOf, hiddenFields, textField, typedEmail } from '../field.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary } from '../layout.ts'
import type { PageCall } from '../page.ts'

/** What the pages have in common that send a mail to whoever asks. */

export const ASK = 'ask'

export interface AskFields {
  readonly email: string
}

export const askFields: z.ZodType<AskFields> = z.strictObject({ email: typedEmail })

export interface AskWords {
  readonly title: string
  readonly lead: string
  /** The link that led here is over. */
  readonly isGone?: boolean
}

/** Asks for the address. Whether anybody has it shows nowhere. */
export const askPanel = (
  { title, lead, isGone = false }: AskWords,
  call: PageCall,
  { site }: Services,
): Html => html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${title}</h1><p class="soft">${lead}</p></header>
${errorSummary(call)}
${isGone && call.sent === undefined ? html`<div class="notice warning" role="status">${call.say.link.gone}</div>` : ''}
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(ASK, call)}
${textField(ASK, { name: 'email', label: call.say.link.askEmail, type: 'email', autocomplete: 'username', inputmode: 'email', enterkeyhint: 'send', maxlength: 254, autofocus: true }, call)}
<button class="button">${call.say.link.askSubmit}</button>
</form>
</div>
${backToSignIn(call)}`

export const backToSignIn = (call: PageCall): Html =>
  html`<p class="small soft centre"><a class="target" href="${call.link('/sign-in')}">${call.say.link.backToSignIn}</a></p>`
