export { readSigV4 } from './header-form.ts'
export { MAX_PRESIGNED_SECONDS, type PresignedOptions, readPresignedSigV4 } from './presigned.ts'
export { awsProvider, csgnProvider, type SigV4Provider, sigV4Provider } from './provider.ts'
export { type SigV4Realm, type SigV4RealmOptions, sigV4Realm } from './realm.ts'
export { type CredentialScope, type ScopePlace, scopeText } from './scope.ts'
export {
  type BodyToSign,
  presignSigV4,
  type RequestToSign,
  type SigV4Credentials,
  type SigV4Crypto,
  type SigV4Signing,
  signSigV4,
  unsignedBody,
} from './signer.ts'
export { deriveSigningKey } from './signing-key.ts'
export type { SigV4Signature } from './sigv4-signature.ts'
