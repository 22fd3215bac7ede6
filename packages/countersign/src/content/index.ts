export {
  type ContentAlgorithm,
  type ContentKeySet,
  type ContentPublicJwk,
  type ContentSigningKey,
  contentSigningKey,
  newContentKey,
} from './content-key.ts'
export {
  type ContentDigest,
  type ContentVerification,
  digestContent,
  type SignedContent,
  signContent,
  verifyContent,
  verifyContentDigest,
} from './content-signature.ts'
export { type Manifest, type ManifestFile, openManifest, requireManifest, signManifest } from './manifest.ts'
