import type { Deed } from '../../audit/index.ts'
import type { Cause } from '../../delivery/event-log.ts'

/** A cause as the tables hold it: JSON, or nothing. */
export const causeText = (cause: Cause = {}): string | null => (Object.keys(cause).length === 0 ? null : JSON.stringify(cause))

/** Nothing but `causeText` writes this column, so the cast holds. */
export const causeOf = (text: string | null): Cause => (text === null ? {} : (JSON.parse(text) as Cause))

/** Who has done what, in the same way. */
export const deedText = (deed: Deed | undefined): string | null => (deed === undefined ? null : JSON.stringify(deed))

/** Nothing but `deedText` writes this column, so the cast holds. */
export const deedOf = (text: string | null): Deed | undefined => (text === null ? undefined : (JSON.parse(text) as Deed))
