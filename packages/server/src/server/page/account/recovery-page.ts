import { html } from 'hono/html'
import * as z from 'zod'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import { buttonForm } from '../field.ts'
import { errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page } from '../page.ts'
import { signedIn } from '../signed-in.ts'
import { backToAccount } from './part.ts'
import { recoveryPanel } from './recovery-panel.ts'

const PATH = '/account/recovery-codes'

/** How many are left of what stands in the place of a lost second factor, and new ones. */
export const recoveryPage: Page = definePage({
  path: PATH,
  access: 'session',
  enrols: true,
  forms: {
    renew: defineForm({
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ account }) => account.renewFailed,
      async submit(_fields, call, services) {
        const { user, id } = signedIn(call).session
        await requireRecentSignIn(id, services)
        return { to: call.link(PATH), flash: { name: 'codes_renewed', recoveryCodes: await services.recoveryCodes.renew(user) } }
      },
    }),
  },
  async render(call, { recoveryCodes }) {
    const { account } = call.say
    const left = await recoveryCodes.left(signedIn(call).session.user)
    const codes = call.flash?.recoveryCodes
    const body = html`<div class="narrow stack">
${backToAccount(call)}
<h1>${account.recoveryTitle}</h1>
${errorSummary(call)}
${
  codes === undefined
    ? html`<p class="soft">${account.recoveryUse}</p>
<section class="card pad stack" aria-labelledby="renew"><h2 id="renew">${account.recoveryLeft(left)}</h2>
<p>${account.renewEffect}</p>
${buttonForm('renew', html`<button class="button">${account.renewSubmit}</button>`, call)}</section>`
    : recoveryPanel(codes, call)
}
</div>`
    return { title: account.recoveryTitle, layout: 'wide', body }
  },
})
