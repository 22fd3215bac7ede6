export { ApiKeyMark } from './api-key-mark.ts'
export type { KeyLookUp } from './key-look-up.ts'
export type { JwsAlgorithm, SignatureAlgorithm } from '../crypto/index.ts'
export { type KeySet, keySet, parseJwks } from './key-set.ts'
export { MAX_KEY_ID_LENGTH, type PublicJwk, publicJwk } from './public-jwk.ts'
export { derivePurposeKey } from './purpose.ts'
export {
  type AnySigningKey,
  exportPrivateKey,
  generateSigningKey,
  importSigningKey,
  type SecretSigningKey,
  type SigningKey,
} from './signing-key.ts'
export { thumbprint } from './thumbprint.ts'
export { secretSigningKey, secretVerificationKey, type VerificationKey, verificationKey } from './verification-key.ts'
