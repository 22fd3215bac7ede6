const LONGEST_WHOLE = 13
const HEAD = 3
const TAIL = 2

/** An id without its middle: `ses_7Qd…k2`. The prefix up to `_` stays, that of access keys too, and so does what is short. */
export function shorten(id: string): string {
  if (id.length <= LONGEST_WHOLE) return id
  const prefix = /^(?:[a-z]{1,8}_|CSK)/.exec(id)?.[0] ?? ''
  const rest = id.slice(prefix.length)
  if (rest.length <= HEAD + TAIL + 1) return id
  return `${prefix}${rest.slice(0, HEAD)}…${rest.slice(-TAIL)}`
}
