export { anyDigest } from './any-digest.ts'
export { type AnyHmacAlgorithm, anyHmac } from './any-hmac.ts'
export { equalAscii, equalBytes, equalText } from './constant-time.ts'
export {
  type DigestAlgorithm,
  digestText,
  type RunningDigest,
  runningDigest,
  sha256,
  sha256Base64url,
} from './digest.ts'
export { ed25519PrivateKey, ed25519PublicBytes, ed25519PublicKey, signEd25519, verifyEd25519 } from './ed25519.ts'
export { openAes128Cbc } from './fernet-cipher.ts'
export * from './hash-tree/index.ts'
export { type Fingerprint, keyedFingerprint, processFingerprint } from './fingerprint.ts'
export { hkdfSha256 } from './hkdf.ts'
export { HmacKey, hmacKey, hmacSha256, hmacSha256Base64url } from './hmac.ts'
export {
  type HttpSignatureAlgorithm,
  type HttpSignatureAlgorithmRow,
  httpSignatureAlgorithms,
  isHttpSignatureAlgorithm,
  publicHttpSignatureKey,
} from './http-signature-algorithm.ts'
export { isJwsAlgorithm, type JwsAlgorithm, type JwsAlgorithmRow, jwsAlgorithms } from './jws-algorithm.ts'
export type { JwsKey } from './key-requirement.ts'
export {
  generatePrivateKey,
  isSignatureAlgorithm,
  privateKeyFromPkcs8,
  privateKeyToPkcs8,
  publicKeyFromJwk,
  publicMembersOf,
  type SignatureAlgorithm,
} from './key-pair.ts'
export { type OneTimePasswordOptions, oneTimePassword, TOTP_STEP_SECONDS, totpStep } from './one-time-password.ts'
export { signPromptly } from './prompt-signature.ts'
export { seal, unseal } from './seal.ts'
export { keyedSecretFingerprint, type SecretFingerprint } from './secret-fingerprint.ts'
export { generateSlhDsaKey, SLH_DSA, signSlhDsa, slhDsaKeyFromPkcs8, slhDsaPublicKey, verifySlhDsa } from './slh-dsa.ts'
export { streamDigest } from './stream-digest.ts'
