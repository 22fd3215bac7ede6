export { AuthError, type Platform, type Principal, type RefusalCode } from './core/index.ts'
export { createVerifier } from './create-verifier.ts'
export type {
  CookieSource,
  LogFeed,
  KeySource,
  PresentedCredentials,
  Refusal,
  Requirement,
  RouteFreshness,
  Verifier,
  VerifierOptions,
  VerifierStatus,
} from './verifier/index.ts'
export { unsafeAllowHttp } from './verifier/index.ts'
