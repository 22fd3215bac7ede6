import type { EpochMs } from '../core/index.ts'

/**
 * A place in the log, with its epoch: `epoch * 2^40 + sequence`. One integer, so that comparing is comparing numbers;
 * exact in a double up to epoch 8191. A database restored from a backup starts a new epoch and so never reuses a position.
 */
export type Position = number

const SEQUENCES_PER_EPOCH = 2 ** 40

/** The position before the first entry of a new log. */
export const ORIGIN: Position = 0

export const positionOf = (epoch: number, sequence: number): Position => epoch * SEQUENCES_PER_EPOCH + sequence

export const epochOf = (position: Position): number => Math.floor(position / SEQUENCES_PER_EPOCH)

const EPOCHS_BEGIN = Date.UTC(2026, 0, 1)
const WEEK_MS = 604_800_000

/**
 * Where a new epoch begins: its number counts the weeks from one, its first sequence the microsecond in it. So two restores of one backup
 * begin at different places, and the second lies behind everything that the first could have written, unless that was a
 * million entries a second. Under a clock that is behind `position` it is the next number.
 */
export function nextEpoch(position: Position, at: EpochMs): Position {
  const sinceMs = Math.max(0, at - EPOCHS_BEGIN)
  const place = positionOf(1 + Math.floor(sinceMs / WEEK_MS), (sinceMs % WEEK_MS) * 1000)
  return place > position ? place : positionOf(epochOf(position) + 1, 0)
}
