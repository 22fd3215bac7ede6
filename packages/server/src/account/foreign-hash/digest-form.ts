import { hash } from 'node:crypto'
import { builtinArgon2 } from '../argon2.ts'
import { parsePhc } from '../phc.ts'
import { equalBytes } from 'countersign/crypto'
import type { ReadForeignHash } from './foreign-hash.ts'

/** Django's oldest: one round over salt and password. */
const digestForm = /^(sha1|md5)\$([^$]{0,64})\$([0-9a-f]{32}|[0-9a-f]{40})$/
const wrappedForm = /^(sha1|md5)\$([^$]{0,64})\$(\$argon2id\$.+)$/
const digits = { sha1: 40, md5: 32 } as const

const isScheme = (text: string | undefined): text is keyof typeof digits => text === 'sha1' || text === 'md5'

/**
 * A digest that is guessed by the billion is never stored: argon2id over it is.
 *
 * @param hashOf Makes our own hash of a text.
 * @returns undefined for what is no such digest.
 */
export async function wrapDigest(text: string, hashOf: (digest: string) => Promise<string>): Promise<string | undefined> {
  const [, scheme, salt, digest] = digestForm.exec(text) ?? []
  if (!isScheme(scheme) || digest?.length !== digits[scheme]) return undefined
  return `${scheme}$${salt}$${await hashOf(digest)}`
}

/** What `wrapDigest` has made. */
export const readWrappedDigest: ReadForeignHash = (text) => {
  const [, scheme, salt = '', stored = ''] = wrappedForm.exec(text) ?? []
  const parsed = parsePhc(stored)
  if (!isScheme(scheme) || parsed === undefined) return undefined
  return {
    async matches(password) {
      const digest = Buffer.from(hash(scheme, salt + password, 'hex'))
      return equalBytes(await builtinArgon2(digest, parsed.salt, parsed.cost, parsed.hash.byteLength), parsed.hash)
    },
  }
}
