import { html } from 'hono/html'
import * as z from 'zod'
import { password, secretText } from '../../schema.ts'
import type { Services } from '../../services.ts'
import { accountFor } from '../account/part.ts'
import { actionOf, hiddenFields, textField } from '../field.ts'
import type { Html } from '../html.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page, type PageCall } from '../page.ts'
import { ASK, type AskFields, askFields, askPanel, backToSignIn } from './ask.ts'
import { shownLink } from './shown-link.ts'

const SET = 'set'

interface ResetQuery {
  readonly token?: string | undefined
}

/** A new password for who has lost the old one: asks for the mail, and is where its link leads. */
export const resetPage: Page = definePage<ResetQuery>({
  path: '/reset',
  access: 'public',
  query: z.strictObject({ token: secretText.optional() }),
  isServed: ({ mail }) => mail.isAvailable,
  forms: {
    [ASK]: defineForm<AskFields>({
      fields: askFields,
      keeps: ['email'],
      failed: ({ link }) => link.askFailed,
      async submit({ email }, call, { passwordResets }) {
        await passwordResets.request({ email, address: call.client.address, locale: call.locale })
        return { to: call.link('/reset'), flash: { name: 'reset_sent' } }
      },
    }),
    [SET]: defineForm<{ readonly password: string }>({
      act: 'confirmPasswordReset',
      fields: z.strictObject({ password }),
      keeps: [],
      failed: ({ link }) => link.resetFailed,
      async submit({ password: chosen }, call, { passwordResets, accounts }) {
        const { token = '' } = call.query as ResetQuery // its page has one
        await passwordResets.confirm(token, (owner) => accounts.hashOf(chosen, owner))
        return { to: call.link('/sign-in'), flash: { name: 'password_reset' } }
      },
    }),
  },
  async render(call, services) {
    const { link } = call.say
    const { token } = call.query
    if (call.flash?.name === 'reset_sent') return { title: link.sentTitle, layout: 'panel', body: sentPanel(call, services) }
    const shown = token === undefined ? undefined : await shownLink(token, ['password_reset'], services)
    if (shown !== undefined) return { title: link.resetTitle, layout: 'panel', body: setPanel(shown.email, call, services) }
    const words = { title: link.resetAskTitle, lead: link.resetAskLead, isGone: token !== undefined }
    return { title: words.title, layout: 'panel', body: askPanel(words, call, services), ...(words.isGone ? { status: 400 } : {}) }
  },
})

const sentPanel = (call: PageCall, { site }: Services): Html => html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${call.say.link.sentTitle}</h1></header>
<p role="status">${call.say.link.sentReset}</p>
<p class="small soft">${call.say.link.sentAgain} <a class="target" href="${call.link('/reset')}">${call.say.link.askAgain}</a>.</p>
</div>
${backToSignIn(call)}`

function setPanel(email: string, call: PageCall, { site, config }: Services): Html {
  const { link, account, signIn } = call.say
  return html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${link.resetTitle}</h1><p class="soft">${link.resetLead(email)}</p></header>
${errorSummary(call)}
<form class="stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(SET, call)}
${accountFor(email)}
${textField(SET, { name: 'password', label: account.newPassword, hint: signIn.newPasswordHint(config.passwordMinimum), type: 'password', autocomplete: 'new-password', enterkeyhint: 'done', autofocus: true }, call)}
<p class="small soft">${link.resetEffect}</p>
<button class="button">${link.resetSubmit}</button>
</form>
</div>`
}
