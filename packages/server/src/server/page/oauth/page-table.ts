import type { Page } from '../page.ts'
import { appsPage } from './apps-page.ts'
import { consentPage } from './consent-page.ts'
import { devicePage } from './device-page.ts'
import { logoutPage } from './logout-page.ts'

/** Pages for applications of others; there where that is switched on. */
export const oauthPages: readonly Page[] = Object.freeze([consentPage, devicePage, logoutPage, appsPage])
