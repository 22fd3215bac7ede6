export type { AccessKeyForm, AccessKeyQuestion, AccessKeySource } from './access-key-source.ts'
export type { HeldKey } from './held-key.ts'
export { KeyRecords } from './key-records.ts'
export { providerName, type StaticAccessKey, staticAccessKeys, type StaticAccessKeysOptions } from './static-access-keys.ts'
