import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Something that remembers a position for each id; as many forms as there are rows. */
export interface LookUpTable extends AsyncDisposable {
  /** Remembers ids that were not there before; the first of them at `position`, the others right after it. */
  add(ids: readonly string[], position: number): void | Promise<void>
  /** Looks at every id. @returns how many were found. */
  count(ids: readonly string[]): number | Promise<number>
  /** What it says of its own memory, where it says anything. */
  bytes?(): number | Promise<number>
  /** Its memory is not this process's. */
  readonly elsewhere?: true
}

const ID_BYTES = 16

/**
 * Session ids by number: always the same ones, each time as a new string without a hash, as a token's claims are parsed.
 * Those of another `salt` are other ids.
 */
export class IdSource {
  readonly #key = new Uint32Array(4)
  readonly #bytes: Buffer = Buffer.alloc(ID_BYTES)

  constructor(seed: Uint8Array = randomBytes(ID_BYTES)) {
    this.#key.set(new Uint32Array(Uint8Array.from(seed).buffer))
  }

  id(number: number, salt: number = 0): string {
    let state = Math.imul(number ^ (this.#key[0] ?? 0), 0x9e3779b1) ^ salt
    for (let word = 0; word < ID_BYTES; word += 4) {
      state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) ^ (this.#key[word >>> 2] ?? 0)
      state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) ^ (word === 8 ? number : salt)
      this.#bytes.writeInt32LE(state, word)
    }
    return `ses_${this.#bytes.toString('base64url')}`
  }

  range(from: number, count: number): readonly string[] {
    return Array.from({ length: count }, (_, index) => this.id(from + index))
  }

  /** Ids below `bound`, in an order that no cache can foresee. */
  some(count: number, bound: number, salt: number = 0): readonly string[] {
    return Array.from({ length: count }, () => this.id(Math.floor(Math.random() * bound), salt))
  }
}

/** Resident memory after everything that nobody holds has gone, in bytes. */
export function settledMemory(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) collect()
  return process.memoryUsage.rss()
}
