export { parseSignedRequests, type SignedRequestOptions, type SignedRequestSettings } from './signed-request-options.ts'
export { type KeyNotices, SignedRequestVerification } from './signed-request-verification.ts'
export type { SignedRequirement } from './signed-rule.ts'
