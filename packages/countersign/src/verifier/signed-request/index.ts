export { parseSignedRequests, type SignedRequestOptions, type SignedRequestSettings } from './signed-request-options.ts'
export { type KeyNotices, SignedRequestVerification } from './signed-request-verification.ts'
export { parseSigned, type SignedRequirement, SignedRule } from './signed-rule.ts'
export { ExpiredRequest } from './time-window.ts'
