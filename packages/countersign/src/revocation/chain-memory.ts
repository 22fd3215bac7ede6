import type { LogHead } from './entry.ts'
import type { Position } from './position.ts'

/** The hashes of the last positions, so that another history shows itself even where the replica has already passed. */
export class ChainMemory {
  readonly #limit: number
  readonly #hashes = new Map<Position, string>()

  constructor(limit: number = 4096) {
    this.#limit = limit
  }

  /** Forgets the chain and begins at `head`, as after a snapshot. */
  restart(head: LogHead): void {
    this.#hashes.clear()
    this.add(head)
  }

  add({ position, hash }: LogHead): void {
    this.#hashes.set(position, hash)
    if (this.#hashes.size <= this.#limit) return
    const oldest = this.#hashes.keys().next()
    if (!oldest.done) this.#hashes.delete(oldest.value)
  }

  holds({ position, hash }: LogHead): boolean {
    return this.#hashes.get(position) === hash
  }

  /** Whether `position` is remembered with another hash. */
  contradicts({ position, hash }: LogHead): boolean {
    const known = this.#hashes.get(position)
    return known !== undefined && known !== hash
  }
}
