import { html } from 'hono/html'
import * as z from 'zod'
import { buttonForm } from '../field.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page } from '../page.ts'
import { endQuietly } from '../signed-in.ts'

/** Ends the session of this browser. By a form alone: a link or a picture of another site signs nobody out. */
export const signOutPage: Page = definePage({
  path: '/sign-out',
  access: 'public',
  forms: {
    sign_out: defineForm({
      act: 'endCurrentSession',
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ signIn }) => signIn.signOutTitle,
      async submit(_fields, call, services) {
        if (call.session !== undefined) await endQuietly(call.session.session.id, services)
        services.sessionCookies.clear(call.headers)
        // Nothing that was shown may be there for whoever uses this browser next. What tells the device stays.
        call.headers.set('clear-site-data', '"cache", "storage"')
        return { to: call.link('/sign-in'), flash: { name: 'signed_out' } }
      },
    }),
  },
  render(call, { site }) {
    if (call.session === undefined) return { to: call.link('/sign-in') }
    const { signIn, page } = call.say
    const body = html`<div class="card stack">
<header>${brandMark(call, site)}<h1>${signIn.signOutTitle}</h1></header>
${errorSummary(call)}
<p>${signIn.signOutLead}</p>
${buttonForm('sign_out', html`<button class="button">${page.signOut}</button>`, call)}
<p><a class="button quiet" href="${call.link('/account')}">${page.cancel}</a></p>
</div>`
    return { title: signIn.signOutTitle, layout: 'panel', body }
  },
})
