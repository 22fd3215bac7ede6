import { html } from 'hono/html'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import { actionOf, hiddenFields, textField } from '../field.ts'
import { errorSummary } from '../layout.ts'
import { type AskFields, askFields } from '../link/ask.ts'
import { defineForm, definePage, type Page } from '../page.ts'
import { signedIn, signedInUser } from '../signed-in.ts'
import { backToAccount } from './part.ts'

const FORM = 'email'

/** Another e-mail address. Nothing changes before the link in the mail to it is used; whether somebody has it is not told. */
export const emailPage: Page = definePage({
  path: '/account/email',
  access: 'session',
  isServed: ({ mail }) => mail.isAvailable,
  forms: {
    [FORM]: defineForm<AskFields>({
      act: 'requestEmailChange',
      fields: askFields,
      keeps: ['email'],
      failed: ({ account }) => account.emailFailed,
      async submit({ email }, call, services) {
        const { user, id } = signedIn(call).session
        await requireRecentSignIn(id, services)
        await services.emailAddresses.requestChange({ user, newEmail: email, address: call.client.address, locale: call.locale })
        return { to: call.link('/account'), flash: { name: 'email_asked' } }
      },
    }),
  },
  async render(call, services) {
    const { email } = await signedInUser(call, services)
    const { account } = call.say
    const body = html`<div class="narrow stack">
${backToAccount(call)}
<h1>${account.emailTitle}</h1>
<p class="soft">${account.emailLead(email)}</p>
${errorSummary(call)}
<form class="card pad stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(FORM, call)}
${textField(FORM, { name: 'email', label: account.newEmail, type: 'email', autocomplete: 'email', inputmode: 'email', enterkeyhint: 'send', maxlength: 254, autofocus: true }, call)}
<button class="button">${account.emailSubmit}</button>
</form>
</div>`
    return { title: account.emailTitle, layout: 'wide', body }
  },
})
