import { AuthError } from 'countersign/core'

interface StorageFailureRow {
  readonly name: string
  /** False: what the file holds is no longer known, so that it must be opened and checked anew before it is used again. */
  readonly trusted: boolean
}

/** Result codes (sqlite.org/rescode.html) that tell of the disk or the file, not of the statement that met them. */
const storageFailures: ReadonlyMap<number, StorageFailureRow> = new Map([
  [5, { name: 'busy', trusted: true }],
  [6, { name: 'locked', trusted: true }],
  [7, { name: 'no_memory', trusted: true }],
  [8, { name: 'read_only', trusted: true }],
  [9, { name: 'interrupted', trusted: true }],
  [10, { name: 'io_error', trusted: false }],
  [11, { name: 'corrupt', trusted: false }],
  [13, { name: 'disk_full', trusted: true }],
  [14, { name: 'cannot_open', trusted: true }],
  [15, { name: 'lock_protocol', trusted: true }],
  [26, { name: 'not_a_database', trusted: false }],
])

/** The low byte of an extended result code is the primary one. */
const PRIMARY_CODE = 0xff

const rowOf = (error: unknown): StorageFailureRow | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? storageFailures.get(error.errcode & PRIMARY_CODE)
    : undefined

/** Is the disk or the file at fault, so that every neighbour in the transaction is struck as well? */
export const isStorageFailure = (error: unknown): boolean => rowOf(error) !== undefined

/** Does somebody else hold what was asked for? */
export const isBusy = (error: unknown): boolean => rowOf(error)?.name === 'busy'

/** Can the connection be used on after this error? After a failed fsync it cannot: a second one may succeed and have lost data. */
export const isTrustLost = (error: unknown): boolean => rowOf(error)?.trusted === false

/** What callers get to see: `unavailable` for a storage failure, anything else as it is. */
export function asRefusal(error: unknown): unknown {
  const row = rowOf(error)
  return row === undefined ? error : new AuthError('unavailable', { storage: row.name }, { cause: error })
}
