import { argon2 } from 'node:crypto'
import { equalBytes } from 'countersign/crypto'
import type { ReadForeignHash } from './foreign-hash.ts'
import { hashBytes, LEAST_HASH_BYTES, MOST_SALT_BYTES } from './hash-bytes.ts'

const form = /^argon2\$(argon2id?)\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d{0,2}),p=([1-9]\d?)\$([\w+/.]+)\$([\w+/.]+)$/
const phcForm = /^\$argon2id?\$/
const LEAST_SALT_BYTES = 8
const MOST_HASH_BYTES = 64
const MOST_MEMORY_KIB = 262_144
/** Memory times passes: four passes over the most memory, and some fifty times our own cost. */
const MOST_WORK_KIB = 1_048_576

/** argon2i and argon2id of version 1.3 as Django writes them. What stands there without the prefix is our own. */
export const readArgon2: ReadForeignHash = (text) => {
  const [, variant, m, t, p, saltText, hashText] = form.exec(text) ?? []
  const nonce = hashBytes(saltText, LEAST_SALT_BYTES, MOST_SALT_BYTES)
  const expected = hashBytes(hashText, LEAST_HASH_BYTES, MOST_HASH_BYTES)
  const [memory, passes, parallelism] = [Number(m), Number(t), Number(p)]
  if (nonce === undefined || expected === undefined || (variant !== 'argon2i' && variant !== 'argon2id')) return undefined
  if (memory > MOST_MEMORY_KIB || memory * passes > MOST_WORK_KIB || memory < 8 * parallelism) return undefined
  return {
    matches: (password) =>
      new Promise((resolve, reject) => {
        const parameters = { message: password, nonce, memory, passes, parallelism, tagLength: expected.byteLength }
        argon2(variant, parameters, (error, tag) => (error === null ? resolve(equalBytes(tag, expected)) : reject(error)))
      }),
  }
}

/** A PHC string marked as another's, as Django marks it: an own one is neither bounded so closely nor hashed anew. */
export const markedAsForeign = (text: string): string => (phcForm.test(text) ? `argon2${text}` : text)
