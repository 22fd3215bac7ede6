export { AuthError, type Platform, type Principal, type RefusalCode } from './core/index.ts'
export { createVerifier } from './create-verifier.ts'
export { createStatusListChecker, type StatusListChecker, type StatusListCheckerOptions } from './feed/index.ts'
export type {
  ClaimPath,
  ClaimPaths,
  CookieSource,
  ForeignIssuerOptions,
  FreshnessBound,
  LogFeed,
  KeySource,
  PresentedCredentials,
  Recheck,
  Refusal,
  Requirement,
  RouteFreshness,
  StaleAcceptance,
  TokenAuthority,
  Verifier,
  VerifierOptions,
  VerifierStatus,
  Watch,
  WatchEnd,
} from './verifier/index.ts'
export { unsafeAcceptStale, unsafeAllowHttp } from './verifier/index.ts'
