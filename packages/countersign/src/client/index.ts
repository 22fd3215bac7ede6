export { apiKeyFetch, type ApiKeyFetchOptions } from './api-key-fetch.ts'
export { dpopFetch, type DpopFetchOptions } from './dpop-fetch.ts'
export { type KeyStore, type KeyStoreOptions, openKeyStore, type StoredKey } from './key-store.ts'
export { type KeyPairAlgorithm, type NewKeyPair, newKeyPair } from './new-key-pair.ts'
export { createSessionClient, type SessionClient, type SessionClientOptions } from './session-client.ts'
export type { SessionChange } from './session-keeper.ts'
export { FactorRequired, type SessionTransport, type SignInRequest } from './session-api.ts'
export { type SessionView, type SessionViews, sessionHook, sessionViews, type UseSyncExternalStore } from './session-view.ts'
export type { StepUpProof, StepUpTerms } from './step-up.ts'
export { hiddenSecret, type PrivateKeyCredential, type SecretCredential, type SigningCredential } from './signing-credential.ts'
export { signingFetch, type SigningFetchOptions } from './signing-fetch.ts'
export { memoryStorage, type SessionDescription, type SessionStorage, type SessionUser } from './stored-session.ts'
export { workerStorage, type WorkerStorageOptions } from './worker-storage.ts'
export { type ResponseVerification, responseVerifier, type ResponseVerifier, verifyResponse } from './verified-response.ts'
export {
  createOpaqueClient,
  type OpaqueClient,
  type OpaqueClientOptions,
  type OpaquePasswordChange,
  type OpaqueSession,
  type OpaqueSignInRequest,
  type OpaqueSignUp,
  type OpaqueTokens,
} from './opaque.ts'
export type { KeyStretching, OpaqueClientLibrary } from './opaque-library.ts'
