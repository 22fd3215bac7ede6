import { argon2 as nodeArgon2 } from 'node:crypto'

/** Cost of one argon2id hash (RFC 9106). */
export interface Argon2Cost {
  readonly memoryKib: number
  readonly passes: number
  readonly parallelism: number
}

/** argon2id, version 1.3, off the event loop. */
export type Argon2 = (password: Uint8Array, salt: Uint8Array, cost: Argon2Cost, length: number) => Promise<Uint8Array>

/** Node's own: always there, 2.3 times slower than the native package at the same cost. */
export const builtinArgon2: Argon2 = (password, salt, { memoryKib, passes, parallelism }, length) =>
  new Promise((resolve, reject) => {
    const parameters = { message: password, nonce: salt, memory: memoryKib, passes, parallelism, tagLength: length }
    nodeArgon2('argon2id', parameters, (error, tag) => (error === null ? resolve(tag) : reject(error)))
  })

/** The native package where its binary loads, else Node's own: both give the same bytes. */
export async function loadArgon2(): Promise<Argon2> {
  try {
    const { hashRaw } = await import('@node-rs/argon2')
    // Its defaults are argon2id and version 1.3; its enums cannot be named where types are only stripped.
    return (password, salt, { memoryKib, passes, parallelism }, length) =>
      hashRaw(password, { salt, memoryCost: memoryKib, timeCost: passes, parallelism, outputLen: length })
  } catch {
    return builtinArgon2
  }
}
