export { equalBytes, equalText } from './constant-time.ts'
export { sha256, sha256Base64url } from './digest.ts'
export { hkdfSha256 } from './hkdf.ts'
export { HmacKey, hmacKey, hmacSha256, hmacSha256Base64url } from './hmac.ts'
export { isJwsAlgorithm, type JwsAlgorithm, type JwsAlgorithmRow, type JwsKey, jwsAlgorithms } from './jws-algorithm.ts'
export {
  generatePrivateKey,
  isSignatureAlgorithm,
  privateKeyFromPkcs8,
  privateKeyToPkcs8,
  publicKeyFromJwk,
  publicMembersOf,
  type SignatureAlgorithm,
} from './key-pair.ts'
export { seal, unseal } from './seal.ts'
