import { readArgon2 } from './argon2-form.ts'
import { readBcrypt } from './bcrypt-form.ts'
import { readWrappedDigest } from './digest-form.ts'
import { readPbkdf2 } from './pbkdf2-form.ts'
import { readScrypt } from './scrypt-form.ts'

/** A password hash that another system made, read and found bearable. */
export interface ForeignHash {
  /** Slow on purpose, off the event loop. The password is taken as it was typed: that system did not compose its characters. */
  matches(password: string): Promise<boolean>
  /** The package that `matches` needs and that is not there. */
  missing?(): Promise<string | undefined>
}

/** @returns undefined for a text of another form, and for one that would cost too much to check. */
export type ReadForeignHash = (text: string) => ForeignHash | undefined

const foreignForms: readonly ReadForeignHash[] = [readArgon2, readBcrypt, readPbkdf2, readScrypt]
const storedForms: readonly ReadForeignHash[] = [...foreignForms, readWrappedDigest]
const LONGEST = 512

/**
 * Reads the hash of another system: Django's argon2, PBKDF2, scrypt and bcrypt, bcrypt itself, and the PHC forms of PBKDF2 and scrypt. A cost
 * is bounded before anything is computed, so that nobody who brings hashes along can bring the machine down.
 *
 * @returns undefined for anything else.
 */
export const readForeignHash = (text: string): ForeignHash | undefined => readAs(foreignForms, text)

/** As `readForeignHash`, and what importing has made of a digest of one round. */
export const readStoredForeignHash = (text: string): ForeignHash | undefined => readAs(storedForms, text)

function readAs(forms: readonly ReadForeignHash[], text: string): ForeignHash | undefined {
  if (text.length > LONGEST) return undefined
  for (const read of forms) {
    const hash = read(text)
    if (hash !== undefined) return hash
  }
  return undefined
}
