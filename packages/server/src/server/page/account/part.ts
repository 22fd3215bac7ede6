import { html } from 'hono/html'
import type { Html } from '../html.ts'
import type { PageCall } from '../page.ts'

/** What the pages below `/account` have in common. */

export const backToAccount = (call: PageCall): Html =>
  html`<a class="back small" href="${call.link('/account')}">← ${call.say.page.backToAccount}</a>`

/** For password managers, which want to know whose password it is (https://www.chromium.org/developers/design-documents/form-styles-that-chromium-understands). Not sent. */
export const accountFor = (email: string): Html => html`<input type="email" autocomplete="username" value="${email}" readonly hidden>`
