import { definePage, type Page } from './page.ts'

/** Nothing of its own: whoever is signed in goes to their account, everybody else to the sign-in. */
export const homePage: Page = definePage({
  path: '/',
  access: 'public',
  render: (call) => ({ to: call.link(call.session === undefined ? '/sign-in' : '/account') }),
})
