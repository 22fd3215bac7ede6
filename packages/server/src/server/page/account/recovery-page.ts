import { html } from 'hono/html'
import * as z from 'zod'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import type { Services } from '../../services.ts'
import { buttonForm } from '../field.ts'
import type { Html } from '../html.ts'
import { errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page, type PageCall } from '../page.ts'
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
      act: 'renewRecoveryCodes',
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
  async render(call, services) {
    const { account } = call.say
    const codes = call.flash?.recoveryCodes
    const body = html`<div class="narrow stack">
${backToAccount(call)}
<h1>${account.recoveryTitle}</h1>
${errorSummary(call)}
${codes === undefined ? await renewal(call, services) : recoveryPanel(codes, call)}
</div>`
    return { title: account.recoveryTitle, layout: 'wide', body }
  },
})

async function renewal(call: PageCall, { store, passkeys, recoveryCodes }: Services): Promise<Html> {
  const { account } = call.say
  const { user } = signedIn(call).session
  const [app, keys, left] = await Promise.all([store.factors.find(user), passkeys.list(user), recoveryCodes.left(user)])
  if (app?.confirmedAt === undefined && keys.length === 0) {
    return html`<p>${account.recoveryNone}</p>
<a class="button" href="${call.link('/account')}">${account.setUp}</a>`
  }
  return html`<p class="soft">${account.recoveryUse}</p>
<section class="card pad stack" aria-labelledby="renew"><h2 id="renew">${account.recoveryLeft(left)}</h2>
<p>${account.renewEffect}</p>
${buttonForm('renew', html`<button class="button">${account.renewSubmit}</button>`, call)}</section>`
}
