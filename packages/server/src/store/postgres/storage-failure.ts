import { AuthError } from 'countersign/core'
import { DatabaseError } from 'pg'

/** Conditions of the server or of the way to it, by class of SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html). */
const failureClasses: ReadonlyMap<string, string> = new Map([
  ['08', 'connection'],
  ['28', 'login_refused'],
  ['3D', 'no_database'],
  ['40', 'conflict'],
  ['53', 'out_of_resources'],
  ['57', 'stopped'],
  ['58', 'io_error'],
  ['XX', 'corrupt'],
])

/** Single conditions that are the server's too, in classes that are otherwise ours. */
const failures: ReadonlyMap<string, string> = new Map([
  ['25006', 'read_only'],
  ['25P03', 'idle_too_long'],
  ['55P03', 'lock_timeout'],
  ['57014', 'statement_timeout'],
])

/** Whoever loses one of these has changed nothing and may simply try again: serialization failure, deadlock. */
const retryable: ReadonlySet<string> = new Set(['40001', '40P01'])

const sqlStateOf = (error: unknown): string | undefined => (error instanceof DatabaseError ? error.code : undefined)

const nameOf = (state: string): string | undefined => failures.get(state) ?? failureClasses.get(state.slice(0, 2))

/** What is no answer of the server: the system's errors of a connection, and the driver's own, which have nothing but a message. */
export const isOfConnection = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof AuthError) &&
  ('syscall' in error ||
    /^(Connection terminated|timeout expired|Query read timeout|Client was closed|Client has encountered)/.test(error.message))

/** What must be there once is there already (unique_violation). */
export const isDuplicate = (error: unknown): boolean => sqlStateOf(error) === '23505'

export const isRetryable = (error: unknown): boolean => retryable.has(sqlStateOf(error) ?? '')

/** May the connection be used on? After anything but an answer to the statement itself, nobody knows what it still has under way. */
export function isConnectionSound(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state !== undefined && (state === '57014' || !/^(08|57|58|XX)/.test(state))
}

/** What callers get to see: `unavailable` where the server or the way to it is at fault, anything else as it is. */
export function asRefusal(error: unknown): unknown {
  const state = sqlStateOf(error)
  if (state === undefined) return isOfConnection(error) ? unreachable(error) : error
  const storage = nameOf(state)
  return storage === undefined ? error : new AuthError('unavailable', { storage, state }, { cause: error })
}

/** No connection could be had, for whatever reason. */
export const unreachable = (cause: unknown): AuthError => new AuthError('unavailable', { storage: 'unreachable' }, { cause })
