import { AuthError } from '../../core/refusal.ts'

/** A refusal that names the part at fault, never its value. */
export const malformedHawk = (part: string): AuthError => new AuthError('credential_malformed', { reason: 'hawk', part })

const MAX_LENGTH = 4096
/** What an attribute may hold: visible ASCII and blanks, but no quote and no backslash, so that nothing is ever escaped. */
const ATTRIBUTE = /([a-z]+)="([ !#-[\]-~]*)"(?:, *|$)/y

export type HawkAttributes = ReadonlyMap<string, string>

/**
 * Reads `name="value", …` after the scheme.
 *
 * @param allowed Any other name is refused: it would not be signed.
 * @throws {AuthError} `credential_malformed`.
 */
export function hawkAttributes(header: string, allowed: ReadonlySet<string>): HawkAttributes {
  if (header.length > MAX_LENGTH) throw malformedHawk('authorization')
  const attributes = new Map<string, string>()
  ATTRIBUTE.lastIndex = 'Hawk '.length
  while (ATTRIBUTE.lastIndex < header.length) {
    const [, name, value] = ATTRIBUTE.exec(header) ?? []
    if (name === undefined || value === undefined) throw malformedHawk('authorization')
    if (!allowed.has(name) || attributes.has(name)) throw malformedHawk('attribute')
    attributes.set(name, value)
  }
  return attributes
}

/** `Hawk`, in any case (RFC 9110 section 11.1), and something after it. */
export const isHawk = (authorization: string): boolean => /^hawk(?: |$)/i.test(authorization)
