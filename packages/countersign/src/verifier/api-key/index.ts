export { type ApiKeyOptions, type ApiKeySettings, parseApiKeyOptions } from './api-key-options.ts'
export type { ApiKeySource, ApiKeyUse } from './api-key-source.ts'
export { ApiKeyVerification } from './api-key-verification.ts'
