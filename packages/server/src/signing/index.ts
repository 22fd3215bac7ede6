export type { KeyPurpose, KeyRevocation, KeyRotation, KeyState, KeyStore, StoredKey } from './key-store.ts'
export { MasterSecret, newMasterSecret, type PurposeKey } from './master-secret.ts'
export { type MadeKind, type Resealed, type SealedKind, SecretRotation, type SealedUnder } from './secret-rotation.ts'
export { type KeySummary, SigningKeys, type SigningKeysOptions } from './signing-keys.ts'
