import { pbkdf2 } from 'node:crypto'
import { equalBytes } from 'countersign/crypto'
import type { ForeignHash, ReadForeignHash } from './foreign-hash.ts'
import { hashBytes, LEAST_HASH_BYTES, MOST_SALT_BYTES } from './hash-bytes.ts'

const djangoForm = /^pbkdf2_(sha1|sha256|sha512)\$([1-9]\d{0,7})\$([^$]{1,64})\$([\w+/=]+)$/
/** As the PHC writes it (`i=`, perhaps `l=`), and as passlib does (the bare number). */
const phcForm = /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?([1-9]\d{0,7})(?:,l=\d{1,3})?\$([\w+/.]+)\$([\w+/.]+)$/
/** Some 0.7 seconds; Django's newest default is below. */
const MOST_ITERATIONS = 2_500_000
const digestBytes: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha512: 64 }

export const readPbkdf2: ReadForeignHash = (text) => readDjango(text) ?? readPhc(text)

function readDjango(text: string): ForeignHash | undefined {
  const [, digest, iterations, salt, hash] = djangoForm.exec(text) ?? []
  return salt === undefined ? undefined : pbkdf2Hash(digest, Number(iterations), Buffer.from(salt), hash)
}

function readPhc(text: string): ForeignHash | undefined {
  const [isOne, digest = 'sha1', iterations, salt, hash] = phcForm.exec(text) ?? []
  const saltBytes = hashBytes(salt, 1, MOST_SALT_BYTES)
  return isOne === undefined || saltBytes === undefined ? undefined : pbkdf2Hash(digest, Number(iterations), saltBytes, hash)
}

function pbkdf2Hash(digest = '', iterations: number, salt: Uint8Array, hash: string | undefined): ForeignHash | undefined {
  // More bytes than the digest has would cost the iterations once more.
  const expected = hashBytes(hash, LEAST_HASH_BYTES, digestBytes[digest] ?? 0)
  if (expected === undefined || iterations > MOST_ITERATIONS) return undefined
  return {
    matches: (password) =>
      new Promise((resolve, reject) => {
        pbkdf2(password, salt, iterations, expected.byteLength, digest, (error, derived) =>
          error === null ? resolve(equalBytes(derived, expected)) : reject(error),
        )
      }),
  }
}
