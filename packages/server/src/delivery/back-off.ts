import type { Random } from 'countersign/core'

export interface BackOff {
  /** After the first failure, about. */
  readonly firstMs: number
  readonly longestMs: number
}

/** A pause that doubles with each failure; half of it is left to chance, so that those who failed together do not come back together. */
export function pauseAfter(attempt: number, { firstMs, longestMs }: BackOff, random: Random): number {
  const wholeMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 32))
  const [byte = 0] = random.bytes(1)
  return Math.round(wholeMs / 2 + (wholeMs / 2) * (byte / 255))
}
