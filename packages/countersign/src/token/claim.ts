import { isJsonObject } from '../core/json.ts'
import { AuthError } from '../core/refusal.ts'

/** The longest id that a claim may hold: longer ones serve nobody and would be kept in indexes and logs. */
const MAX_ID_LENGTH = 512
/** The last second that a `Date` can hold. */
const MAX_EPOCH_SECONDS = 8_640_000_000_000

/** A refusal that names the claim, never its value. */
export const claimInvalid = (claim: string): AuthError => new AuthError('token_invalid', { reason: 'claim', claim })

/** A text that identifies something: present, not empty, bounded. */
export function requireId(value: unknown, claim: string): void {
  if (typeof value !== 'string' || value === '' || value.length > MAX_ID_LENGTH) throw claimInvalid(claim)
}

/** RFC 7519 section 2 NumericDate, in seconds; fractions are allowed there. */
export function requireTime(value: unknown, claim: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= MAX_EPOCH_SECONDS)) throw claimInvalid(claim)
  return value
}

export function requireText(value: unknown, claim: string): void {
  if (typeof value !== 'string') throw claimInvalid(claim)
}

/** A list of texts; frozen, because the claims that hold it are shared. */
export function requireTexts(value: unknown, claim: string): void {
  if (!Array.isArray(value)) throw claimInvalid(claim)
  for (const item of value) if (typeof item !== 'string') throw claimInvalid(claim)
  Object.freeze(value)
}

/** A position in the log: a whole number that a double holds exactly. */
export function requirePosition(value: unknown, claim: string): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw claimInvalid(claim)
}

/** What some part of us wrote into a token of ours, a list of objects, and no more of them than can be looked at each time. */
export function requireObjects(value: unknown, claim: string, most: number): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value) || value.length > most) throw claimInvalid(claim)
  for (const each of value) requireObject(each, claim)
  return Object.freeze(value) as readonly Readonly<Record<string, unknown>>[]
}

export function requireObject(value: unknown, claim: string): void {
  if (!isJsonObject(value)) throw claimInvalid(claim)
  Object.freeze(value)
}
