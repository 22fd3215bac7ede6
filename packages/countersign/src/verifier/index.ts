export type { AllowFunction, AllowRule, PolicyEngine } from './allow-rule.ts'
export { type ApiKeyOptions, type ApiKeySource, type ApiKeyUse, ApiKeyVerification } from './api-key/index.ts'
export type { ArrivedRequest, PresentedCredentials } from './credential.ts'
export { type CsrfSource, type OwnPages, requireOwnPage } from './extract/own-page.ts'
export type { Decision, DecisionListener } from './decision.ts'
export type { DecisionCount } from './decision-counts.ts'
export type { CookieSource } from './extract/presented.ts'
export {
  type ClaimPath,
  type ClaimPaths,
  type ForeignIssuerOptions,
  type ForeignIntrospection,
  ForeignIssuers,
  type ForeignIssuerSettings,
  type ForeignKeys,
  type ForeignStatusList,
} from './foreign-issuer/index.ts'
export { type HeadAuthority, HeadQuestions } from './head-questions.ts'
export { IssuerQuestions } from './issuer-questions.ts'
export { IssuerConnection, type LogFeed, type LogFeedEvents } from './issuer-connection.ts'
export { LocalVerifier } from './local-verifier.ts'
export type { LoginRequirement } from './login-rule.ts'
export {
  accessKeyKind,
  type AccessKeyForm,
  type AccessKeyQuestion,
  type AccessKeySource,
  KeyRecords,
  type StaticAccessKey,
  staticAccessKeys,
  type StaticAccessKeysOptions,
} from './key-record/index.ts'
export type { PublicPlaceOptions } from './public-origin.ts'
export type { ReportOptions } from './report-options.ts'
export { type CertificateForm, Possession, type PossessionOptions, readClientCertificate } from './possession/index.ts'
export type { Recheck } from './recheck.ts'
export { parseRequirement, type Requirement, RouteRule } from './requirement.ts'
export type { Refusal } from './respond.ts'
export { type FreshnessBound, type RouteFreshness, type StaleAcceptance, unsafeAcceptStale } from './route-freshness.ts'
export { type SignedRequestOptions, SignedRequestVerification, type SignedRequirement } from './signed-request/index.ts'
export { FRESHNESS_HEADER, type StatusAnswer, statusAnswer } from './status-answer.ts'
export type { TokenAuthority } from './token-authority.ts'
export type { StatusChecker } from './token-status.ts'
export { VerifiedTokenCache } from './verified-token-cache.ts'
export type { Verifier, VerifierStatus } from './verifier.ts'
export type { AppliedEntries, VerifierReport } from './verifier-report.ts'
export { VerifierReports } from './verifier-reports.ts'
export { verifierMetrics } from './verifier-metrics.ts'
export { parseVerifierOptions, unsafeAllowHttp, type VerifierOptions, type VerifierSettings } from './verifier-options.ts'
export { type KeySource, TokenVerification } from './verify.ts'
export type { Watch, WatchEnd } from './watch/watch.ts'
