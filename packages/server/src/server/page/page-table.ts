import { accountPage } from './account/page.ts'
import { emailPage } from './account/email-page.ts'
import { keysPage } from './account/keys-page.ts'
import { namePage } from './account/name-page.ts'
import { passkeysPage } from './account/passkeys-page.ts'
import { recoveryPage } from './account/recovery-page.ts'
import { appPage } from './account/app-page.ts'
import { identitiesPage } from './account/identities-page.ts'
import { passwordPage } from './account/password-page.ts'
import { federationCallbackPage } from './federation/callback-page.ts'
import { federationStartPage } from './federation/start-page.ts'
import { homePage } from './home-page.ts'
import { magicPage } from './link/magic-page.ts'
import { notMePage } from './link/not-me-page.ts'
import { resetPage } from './link/reset-page.ts'
import { verifyPage } from './link/verify-page.ts'
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
  resetPage,
  magicPage,
  verifyPage,
  notMePage,
  accountPage,
  passwordPage,
  appPage,
  identitiesPage,
  passkeysPage,
  recoveryPage,
  namePage,
  emailPage,
  keysPage,
])

/** Addresses that people come by and see nothing of: they lead to another provider, and back. */
export const crossings: readonly Page[] = Object.freeze([federationStartPage, federationCallbackPage])
