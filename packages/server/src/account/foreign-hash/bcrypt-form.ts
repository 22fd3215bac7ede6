import { hash } from 'node:crypto'
import { bcryptMatches, hasBcrypt } from './bcrypt-thread.ts'
import type { ReadForeignHash } from './foreign-hash.ts'

const form = /^(?:(bcrypt|bcrypt_sha256)\$)?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/
const LEAST_COST = 4
/** Some two seconds. */
const MOST_COST = 14

/**
 * bcrypt ($2a$, $2b$, $2y$), bare or as Django writes it, and Django's bcrypt over SHA-256. Of a password bcrypt reads 72 bytes: whatever follows
 * counts only from the first sign-in on, when the password is hashed anew.
 */
export const readBcrypt: ReadForeignHash = (text) => {
  const [, scheme, stored, cost] = form.exec(text) ?? []
  if (stored === undefined || Number(cost) < LEAST_COST || Number(cost) > MOST_COST) return undefined
  return {
    matches: (password) => bcryptMatches(scheme === 'bcrypt_sha256' ? hash('sha256', password, 'hex') : password, stored),
    missing: async () => ((await hasBcrypt()) ? undefined : 'bcryptjs'),
  }
}
