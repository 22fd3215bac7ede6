export { markedAsForeign } from './argon2-form.ts'
export { wrapDigest } from './digest-form.ts'
export { type ForeignHash, readForeignHash, readStoredForeignHash } from './foreign-hash.ts'
