import { html } from 'hono/html'
import * as z from 'zod'
import { displayName } from '../../schema.ts'
import { actionOf, hiddenFields, textField } from '../field.ts'
import { errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page } from '../page.ts'
import { signedIn, signedInUser } from '../signed-in.ts'
import { backToAccount } from './part.ts'

const FORM = 'name'

export const namePage: Page = definePage({
  path: '/account/name',
  access: 'session',
  forms: {
    [FORM]: defineForm<{ readonly name?: string | undefined }>({
      act: 'updateMe',
      fields: z.strictObject({ name: displayName.optional() }),
      keeps: ['name'],
      failed: ({ account }) => account.nameFailed,
      async submit({ name }, call, { accounts }) {
        await accounts.rename(signedIn(call).session.user, name)
        return { to: call.link('/account'), flash: { name: 'name_changed' } }
      },
    }),
  },
  async render(call, services) {
    const { name } = await signedInUser(call, services)
    const { account, signIn } = call.say
    const body = html`<div class="narrow stack">
${backToAccount(call)}
<h1>${account.nameTitle}</h1>
${errorSummary(call)}
<form class="card pad stack" method="post" action="${actionOf(call)}" novalidate>
${hiddenFields(FORM, call)}
${textField(FORM, { name: 'name', label: account.name, hint: signIn.nameHint, autocomplete: 'name', enterkeyhint: 'done', maxlength: 200, optional: true, autofocus: true, ...(name === undefined ? {} : { value: name }) }, call)}
<button class="button">${account.nameSubmit}</button>
</form>
</div>`
    return { title: account.nameTitle, layout: 'wide', body }
  },
})
