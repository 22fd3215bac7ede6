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

/** The first position of the epoch after the one that `position` is in. */
export const nextEpoch = (position: Position): Position => positionOf(epochOf(position) + 1, 0)
