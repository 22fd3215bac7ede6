export {
  ACCESS_TOKEN_TYPE,
  type AccessTokenClaims,
  type AccessTokenExpectation,
  OPAQUE_KEY_ID,
  OPAQUE_TOKEN_PREFIX,
  requireAccessTokenClaims,
  signAccessToken,
  signAccessTokenInBackground,
  type VerifiedAccessToken,
  verifyAccessToken,
} from './access-token.ts'
export { DpopError, type DpopRefusalCode } from './dpop-error.ts'
export { DpopNonces, type DpopNoncesOptions, MIN_NONCE_KEY_BYTES } from './dpop-nonces.ts'
export {
  type BodyEncryption,
  type BodyEncryptionOptions,
  createBodyEncryption,
  ENCRYPTED_TYPE,
  type EncryptionPrivateJwk,
  type EncryptionPublicJwk,
  encryptionRecipient,
  type OpenedBody,
  REPLY_KEY_HEADER,
  replyKeyValue,
} from './encrypted-body.ts'
export type { JoseModule } from './jose-module.ts'
export { DPOP_PROOF_TYPE } from './dpop-header.ts'
export {
  createDpopProof,
  dpopAlgorithms,
  type DpopExpectation,
  type DpopFacts,
  type DpopProof,
  verifyDpopProof,
} from './dpop-proof.ts'
export { normalizedHttpUri } from './http-uri.ts'
export { loginTrace, type LoginTraits, type Trait, tracesMatch } from './login-trace.ts'
export { type JwsExpectation, MAX_COMPACT_LENGTH, signJws, signJwsPromptly, type VerifiedJws, verifyJws } from './jws.ts'
export {
  requireSecurityEventClaims,
  SECURITY_EVENT_TYPE,
  type SecurityEventClaims,
  type SecurityEventExpectation,
  signSecurityEventToken,
  verifySecurityEventToken,
} from './security-event-token.ts'
export { type EncodedStatusList, type StatusBits, StatusList, statusTypes } from './status-list.ts'
export {
  signStatusListToken,
  STATUS_LIST_TYPE,
  type StatusListClaims,
  type StatusListExpectation,
  type StatusReference,
  statusReference,
  type VerifiedStatusList,
  verifyStatusListToken,
} from './status-list-token.ts'
export { newIdForUser, newIdInPlace, placeOfId, placesOfUser, STATUS_PLACES } from './status-place.ts'
export { actorsOf, MAX_EXCHANGES, type TokenOrigin } from './token-origin.ts'
export { type Claims, createTimedTokens, type TimedTokenLife, type TimedTokenOptions, type TimedTokens } from './timed-token.ts'
export {
  type FernetOptions,
  type ItsdangerousOptions,
  type ItsdangerousToken,
  type OpenedFernet,
  readFernet,
  readItsdangerous,
} from './foreign/index.ts'
