import type { Argon2Cost } from './argon2.ts'

/** An argon2id hash as it is stored: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export interface Argon2Hash {
  readonly cost: Argon2Cost
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

const form = /^\$argon2id\$v=19\$m=([1-9]\d{0,7}),t=([1-9]\d{0,2}),p=([1-9]\d{0,1})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/
/** No stored hash may cost more: 1 GiB. Whoever can write hashes must not be able to stop the server with one. */
const MAXIMUM_MEMORY_KIB = 1_048_576
const MAXIMUM_PASSES = 64

/** @returns undefined for anything but an argon2id hash (version 1.3) of bearable cost. */
export function parsePhc(text: string): Argon2Hash | undefined {
  const [, memory, passes, parallelism, salt, hash] = form.exec(text) ?? []
  if (salt === undefined || hash === undefined) return undefined
  const cost = { memoryKib: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  if (cost.memoryKib > MAXIMUM_MEMORY_KIB || cost.passes > MAXIMUM_PASSES || cost.memoryKib < 8 * cost.parallelism) return undefined
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

export function formatPhc({ cost, salt, hash }: Argon2Hash): string {
  return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(hash)}`
}

/** PHC strings carry no padding. */
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
