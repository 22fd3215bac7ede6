export {
  ACCESS_TOKEN_TYPE,
  type AccessTokenClaims,
  type AccessTokenExpectation,
  requireAccessTokenClaims,
  signAccessToken,
  signAccessTokenInBackground,
  type VerifiedAccessToken,
  verifyAccessToken,
} from './access-token.ts'
export { type JwsExpectation, MAX_COMPACT_LENGTH, signJws, type VerifiedJws, verifyJws } from './jws.ts'
export { createTimedTokens, type TimedTokenOptions, type TimedTokens } from './timed-token.ts'
