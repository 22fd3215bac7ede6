export type { PresentedCredentials } from './credential.ts'
export type { CookieSource } from './extract/presented.ts'
export {
  type ClaimPath,
  type ClaimPaths,
  type ForeignIssuerOptions,
  ForeignIssuers,
  type ForeignKeys,
} from './foreign-issuer/index.ts'
export { IssuerQuestions } from './issuer-questions.ts'
export { IssuerConnection, type LogFeed, type LogFeedEvents } from './issuer-connection.ts'
export { LocalVerifier } from './local-verifier.ts'
export type { Recheck } from './recheck.ts'
export { parseRequirement, type Requirement, RouteRule } from './requirement.ts'
export type { Refusal } from './respond.ts'
export { type FreshnessBound, type RouteFreshness, type StaleAcceptance, unsafeAcceptStale } from './route-freshness.ts'
export { FRESHNESS_HEADER, type StatusAnswer, statusAnswer } from './status-answer.ts'
export type { TokenAuthority } from './token-authority.ts'
export { VerifiedTokenCache } from './verified-token-cache.ts'
export type { Verifier, VerifierStatus } from './verifier.ts'
export { parseVerifierOptions, unsafeAllowHttp, type VerifierOptions, type VerifierSettings } from './verifier-options.ts'
export { type KeySource, TokenVerification } from './verify.ts'
export type { Watch, WatchEnd } from './watch/watch.ts'
