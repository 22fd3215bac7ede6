/** The header has whole seconds, and answers take a moment: less than this is no difference. */
const TOLERANCE_MS = 2000
const HALF_A_SECOND_MS = 500

let ahead = 0

/** Hears what time it is at the server (RFC 9110, section 6.6.1): ages of what it tells are counted by its clock, whatever the browser's says. */
export function hearDate(date: string | null, now: number): void {
  const told = Date.parse(date ?? '')
  if (Number.isNaN(told)) return
  const difference = told + HALF_A_SECOND_MS - now
  if (Math.abs(difference - ahead) > TOLERANCE_MS) ahead = Math.abs(difference) > TOLERANCE_MS ? difference : 0
}

/** A moment of the browser's clock as the server's has it. */
export const byServer = (local: number): number => local + ahead
