import type { Cause } from '../../delivery/event-log.ts'

/** A cause as the tables hold it: JSON, or nothing. */
export const causeText = (cause: Cause = {}): string | null => (Object.keys(cause).length === 0 ? null : JSON.stringify(cause))

/** Nothing but `causeText` writes this column, so the cast holds. */
export const causeOf = (text: string | null): Cause => (text === null ? {} : (JSON.parse(text) as Cause))
