export type { KeyPurpose, KeyRevocation, KeyRotation, KeyState, KeyStore, StoredKey } from './key-store.ts'
export { MasterSecret, newMasterSecret, type PurposeKey } from './master-secret.ts'
export { type KeySummary, SigningKeys, type SigningKeysOptions } from './signing-keys.ts'
