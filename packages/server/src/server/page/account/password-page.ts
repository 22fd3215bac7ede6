import { html } from 'hono/html'
import * as z from 'zod'
import { password } from '../../schema.ts'
import { actionOf, hiddenFields, textField } from '../field.ts'
import { errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page } from '../page.ts'
import { giveTokens, signedIn, signedInUser } from '../signed-in.ts'
import { accountFor, backToAccount } from './part.ts'

const FORM = 'password'

interface Fields {
  readonly current_password: string
  readonly new_password: string
}

export const passwordPage: Page = definePage({
  path: '/account/password',
  access: 'session',
  forms: {
    [FORM]: defineForm<Fields>({
      act: 'changePassword',
      fields: z.strictObject({ current_password: password, new_password: password }),
      keeps: [],
      failed: ({ account }) => account.passwordFailed,
      blame: ({ code }, { field }) => (code === 'credentials_invalid' ? { current_password: field.currentPassword } : undefined),
      async submit({ current_password: currentPassword, new_password: newPassword }, call, services) {
        const { user, id: session } = signedIn(call).session
        const tokens = await services.accounts.changePassword({ user, session, currentPassword, newPassword })
        // Without tokens the session had ended meanwhile: the account sends whoever follows to the sign-in.
        if (tokens !== undefined) await giveTokens(tokens, call, services)
        return { to: call.link('/account'), flash: { name: 'password_changed' } }
      },
    }),
  },
  async render(call, services) {
    const { email } = await signedInUser(call, services)
    const { account, signIn } = call.say
    const body = html`<div class="narrow stack">
${backToAccount(call)}
<h1>${account.passwordTitle}</h1>
<p class="soft">${account.passwordLead}</p>
${errorSummary(call)}
<form class="card pad stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(FORM, call)}
${accountFor(email)}
${textField(FORM, { name: 'current_password', label: account.currentPassword, type: 'password', autocomplete: 'current-password', enterkeyhint: 'next', autofocus: true }, call)}
${textField(FORM, { name: 'new_password', label: account.newPassword, hint: signIn.newPasswordHint(services.config.passwordMinimum), type: 'password', autocomplete: 'new-password', enterkeyhint: 'done' }, call)}
<button class="button">${account.passwordSubmit}</button>
</form>
</div>`
    return { title: account.passwordTitle, layout: 'wide', body }
  },
})
