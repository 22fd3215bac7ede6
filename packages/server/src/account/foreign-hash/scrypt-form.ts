import { scrypt } from 'node:crypto'
import { equalBytes } from 'countersign/crypto'
import type { ForeignHash, ReadForeignHash } from './foreign-hash.ts'
import { hashBytes, LEAST_HASH_BYTES, MOST_SALT_BYTES } from './hash-bytes.ts'

const djangoForm = /^scrypt\$([1-9]\d{0,7})\$([^$]{1,64})\$([1-9]\d?)\$([1-9]\d?)\$([\w+/=]+)$/
/** The salt first, as exports and the vectors that go round have it too. */
const saltFirstForm = /^scrypt\$([^$]{1,64})\$([1-9]\d{0,7})\$([1-9]\d?)\$([1-9]\d?)\$([\w+/=]+)$/
const phcForm = /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$([\w+/.]+)\$([\w+/.]+)$/
const MOST_HASH_BYTES = 64
const MOST_MEMORY_BYTES = 256 * 1024 * 1024
/** N·r·p: four times the strongest choice that OWASP names. */
const MOST_WORK = 2 ** 22

interface Cost {
  readonly n: number
  readonly r: number
  readonly p: number
}

export const readScrypt: ReadForeignHash = (text) => readDjango(text) ?? readPhc(text)

function readDjango(text: string): ForeignHash | undefined {
  const [, n, salt, r, p, hash] = djangoForm.exec(text) ?? inDjangosOrder(saltFirstForm.exec(text))
  return salt === undefined ? undefined : scryptHash({ n: Number(n), r: Number(r), p: Number(p) }, Buffer.from(salt), hash)
}

const inDjangosOrder = (found: readonly string[] | null): readonly (string | undefined)[] => {
  const [text, salt, n, ...rest] = found ?? []
  return [text, n, salt, ...rest]
}

function readPhc(text: string): ForeignHash | undefined {
  const [, ln, r, p, salt, hash] = phcForm.exec(text) ?? []
  const saltBytes = hashBytes(salt, 1, MOST_SALT_BYTES)
  return saltBytes === undefined ? undefined : scryptHash({ n: 2 ** Number(ln), r: Number(r), p: Number(p) }, saltBytes, hash)
}

function scryptHash({ n, r, p }: Cost, salt: Uint8Array, hash: string | undefined): ForeignHash | undefined {
  const expected = hashBytes(hash, LEAST_HASH_BYTES, MOST_HASH_BYTES)
  const memory = 128 * n * r
  const isPowerOfTwo = n > 1 && Number.isInteger(Math.log2(n))
  if (expected === undefined || !isPowerOfTwo || memory > MOST_MEMORY_BYTES || n * r * p > MOST_WORK) return undefined
  const options = { N: n, r, p, maxmem: 2 * memory + 1024 * r * p }
  return {
    matches: (password) =>
      new Promise((resolve, reject) => {
        scrypt(password, salt, expected.byteLength, options, (error, derived) =>
          error === null ? resolve(equalBytes(derived, expected)) : reject(error),
        )
      }),
  }
}
