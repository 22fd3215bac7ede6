import { AuthError } from 'countersign/core'
import { html } from 'hono/html'
import * as z from 'zod'
import { secretText } from '../../schema.ts'
import { buttonForm } from '../field.ts'
import { brandMark, errorSummary } from '../layout.ts'
import { defineForm, definePage, type Page } from '../page.ts'
import { shownLink } from './shown-link.ts'

interface NotMeQuery {
  readonly token?: string | undefined
}

/** "This was not me": names all that it does before it does it. */
export const notMePage: Page = definePage<NotMeQuery>({
  path: '/not-me',
  access: 'public',
  query: z.strictObject({ token: secretText.optional() }),
  forms: {
    disown: defineForm({
      act: 'disownAccount',
      fields: z.strictObject({}),
      keeps: [],
      failed: ({ link }) => link.notMeFailed,
      async submit(_fields, call, { disowning }) {
        const { token = '' } = call.query as NotMeQuery // its page has one
        await disowning.confirm(token, call.locale)
        return { to: call.link('/sign-in'), flash: { name: 'disowned' } }
      },
    }),
  },
  async render(call, services) {
    const { token } = call.query
    if (token === undefined) return { to: call.link('/account') }
    const shown = await shownLink(token, ['not_me'], services)
    if (shown === undefined) throw new AuthError('link_invalid', { reason: 'gone' })
    const { link } = call.say
    const body = html`<div class="card stack">
<header>${brandMark(call, services.site)}<h1>${link.notMeTitle}</h1><p class="soft">${link.notMeLead(shown.email)}</p></header>
${errorSummary(call)}
<ul class="effects">${Object.values(link.notMeEffects).map((effect) => html`<li>${effect}</li>`)}</ul>
${buttonForm('disown', html`<button class="button danger">${link.notMeSubmit}</button>`, call)}
<p class="small soft">${link.notMeWas}</p>
</div>`
    return { title: link.notMeTitle, layout: 'panel', body }
  },
})
