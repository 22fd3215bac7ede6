import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Something that remembers a position for each id; as many forms as there are rows. */
export interface LookUpTable extends AsyncDisposable {
  /**
   * Makes whatever it wants to be given of ids that were not there before, the first of them at `position`, the others right after it.
   * What it returns remembers them, and is timed.
   */
  adding(ids: readonly string[], position: number): () => void | Promise<void>
  /** Looks at every id. @returns how many were found. */
  count(ids: readonly string[]): number | Promise<number>
  /** What it says of its own memory, where it says anything. */
  bytes?(): number | Promise<number>
  /** Its memory is not this process's. */
  readonly elsewhere?: true
}

const PREFIX = 'ses_'
const RANDOM_CHARACTERS = 22
const ALPHABET: Buffer = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')

/**
 * Session ids by number: always the same ones, each time as a new, flat string without a hash, as a token's claims are parsed.
 * Those of another `salt` are other ids.
 */
export class IdSource {
  readonly #seed: number = randomBytes(4).readUInt32LE()
  readonly #bytes: Buffer = Buffer.from(PREFIX + '-'.repeat(RANDOM_CHARACTERS))

  id(number: number, salt: number = 0): string {
    let state = Math.imul(number ^ this.#seed, 0x9e3779b1) ^ salt
    for (let place = PREFIX.length; place < this.#bytes.length; place++) {
      state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) + number
      this.#bytes[place] = ALPHABET[(state >>> 13) & 63] ?? 0
    }
    return this.#bytes.toString('latin1')
  }

  range(from: number, count: number): readonly string[] {
    return Array.from({ length: count }, (_, index) => this.id(from + index))
  }

  /** Ids below `bound`, in an order that no cache can foresee. */
  some(count: number, bound: number, salt: number = 0): readonly string[] {
    return Array.from({ length: count }, () => this.id(Math.floor(Math.random() * bound), salt))
  }
}

/** Resident memory after everything that nobody holds has gone, and the empty pages of the heap with it, in bytes. */
export function settledMemory(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void
  for (let round = 0; round < 3; round++) collect({ type: 'major', flavor: 'last-resort' })
  return process.memoryUsage.rss()
}
