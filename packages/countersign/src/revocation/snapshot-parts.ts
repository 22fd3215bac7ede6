import type { SnapshotMessage } from './feed-message.ts'
import { ORIGIN } from './position.ts'

/** Where the parts of one snapshot have come to. They speak of one head, and each begins where the one before it ended. */
export class SnapshotParts {
  #last: Omit<SnapshotMessage, 'entries'> | undefined

  /** Takes the next part. @returns false when it is not the next: then nothing has changed. */
  continueWith(part: SnapshotMessage): boolean {
    const last = this.#last
    const isNext =
      last === undefined
        ? part.after === ORIGIN
        : part.after === last.upTo && last.upTo < last.head && part.head === last.head && part.hash === last.hash && part.at === last.at
    if (!isNext) return false
    const { entries: _, ...place } = part
    this.#last = place
    return true
  }
}
