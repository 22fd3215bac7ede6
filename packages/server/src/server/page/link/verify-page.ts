import { AuthError } from 'countersign/core'
import { html } from 'hono/html'
import * as z from 'zod'
import { secretText } from '../../schema.ts'
import { buttonForm } from '../field.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page } from '../page.ts'
import { shownLink } from './shown-link.ts'

interface VerifyQuery {
  readonly token?: string | undefined
}

/** Proves an address, or the new one that takes its place. By the button: what opens links in mails for their readers proves nothing. */
export const verifyPage: Page = definePage<VerifyQuery>({
  path: '/verify',
  access: 'public',
  query: z.strictObject({ token: secretText.optional() }),
  forms: {
    verify: defineForm({
      act: 'confirmEmailVerification',
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ link }) => link.verifyFailed,
      async submit(_fields, call, { emailAddresses }) {
        const { token = '' } = call.query as VerifyQuery // its page has one
        const { change } = await emailAddresses.confirm(token, call.locale)
        return { to: call.link('/account'), flash: { name: change === 'changed' ? 'email_changed' : 'email_verified' } }
      },
    }),
  },
  async render(call, services) {
    const { token } = call.query
    if (token === undefined) return { to: call.link('/account') }
    const shown = await shownLink(token, ['email_verification', 'email_change'], services)
    if (shown === undefined) throw new AuthError('link_invalid', { reason: 'gone' })
    const { link } = call.say
    const [title, lead] = shown.kind === 'email_change' ? [link.changeTitle, link.changeLead] : [link.verifyTitle, link.verifyLead]
    const body = html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${title}</h1><p class="soft">${lead}</p></header>
${errorSummary(call)}
<p class="whom"><strong>${shown.email}</strong></p>
${buttonForm('verify', html`<button class="button">${link.verifySubmit}</button>`, call)}
</div>`
    return { title, layout: 'panel', body }
  },
})
