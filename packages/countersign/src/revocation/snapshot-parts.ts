import type { SnapshotMessage } from './feed-message.ts'
import { epochOf, ORIGIN, type Position } from './position.ts'

/** Where the parts of one snapshot have come to. They speak of one head, and each begins where the one before it ended. */
export class SnapshotParts {
  #last: Omit<SnapshotMessage, 'entries'> | undefined
  /** Living entries a position, in the last part. */
  #density = 0

  /** Takes the next part. @returns false when it is not the next: then nothing has changed. */
  continueWith(part: SnapshotMessage): boolean {
    const last = this.#last
    const isNext =
      last === undefined
        ? part.after === ORIGIN
        : part.after === last.upTo && last.upTo < last.head && part.head === last.head && part.hash === last.hash && part.at === last.at
    if (!isNext) return false
    const { entries, ...place } = part
    this.#last = place
    // Before the first one of all may be a long stretch of which nothing lives.
    const begin = entries[0]?.position ?? part.upTo
    this.#density = entries.length / (part.upTo - begin + 1)
    return true
  }

  /**
   * About how many entries are still to come, if they stand as close to each other as in the last part. Over the border of an epoch, where
   * positions jump, nothing is foretold.
   *
   * @param known Up to this position they are there already.
   */
  expected(known: Position): number {
    if (this.#last === undefined) return 0
    const { upTo, head } = this.#last
    const from = Math.max(upTo, known)
    return from < head && epochOf(from) === epochOf(head) ? Math.ceil((head - from) * this.#density) : 0
  }
}
