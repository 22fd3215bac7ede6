import { accountPage } from './account/page.ts'
import { appPage } from './account/app-page.ts'
import { passwordPage } from './account/password-page.ts'
import { homePage } from './home-page.ts'
import type { Page } from './page.ts'
import { signInCodePage } from './sign-in/code-page.ts'
import { signInPage } from './sign-in/page.ts'
import { signOutPage } from './sign-in/sign-out-page.ts'
import { signUpPage } from './sign-in/sign-up-page.ts'

/** Every hosted page. A row here is served, linked to from the others where they have a place for it, and attacked by the tests. */
export const pages: readonly Page[] = Object.freeze([
  homePage,
  signInPage,
  signInCodePage,
  signUpPage,
  signOutPage,
  accountPage,
  passwordPage,
  appPage,
])
