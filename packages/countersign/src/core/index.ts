export { addressNetwork, formatAddress, type NetworkAddress, parseAddress } from './address.ts'
export { type AddressList, addressList, isLoopback } from './address-list.ts'
export { decodeBase64, encodeBase64 } from './base64.ts'
export { decodeBase64url, decodeBase64urlText, decodeUtf8, encodeBase64url } from './base64url.ts'
export { API_KEY_PATTERN, type ApiKeyEnvironment, type ApiKeyParts, isApiKeyId, newApiKey, parseApiKey } from './api-key.ts'
export { browserFamily } from './browser-family.ts'
export { clientAddress, type ForwardingHeader, plainAddress } from './client-address.ts'
export { formatSecret, newId, newSecret, parseSecret } from './id.ts'
export { isJsonObject, type JsonLimits, parseBase64urlJsonObject, parseJson, parseJsonBytes, parseJsonObject } from './json.ts'
export {
  type MetricFamily,
  type MetricSample,
  metricsContentTypes,
  type MetricsFormat,
  metricsText,
} from './metric.ts'
export { ManualClock } from './manual-clock.ts'
export { ForwardClock } from './forward-clock.ts'
export {
  type Cancel,
  type Clock,
  type EpochMs,
  type EpochSeconds,
  type Platform,
  type Random,
  systemClock,
  systemPlatform,
  systemRandom,
  toEpochSeconds,
} from './platform.ts'
export type { Principal } from './principal.ts'
export { type ChallengeOptions, challengesFor, type Problem, problemOf } from './problem.ts'
export { AuthError, type RefusalCode, type RefusalDetail, type RefusalRow, refusalRow, refusals } from './refusal.ts'
