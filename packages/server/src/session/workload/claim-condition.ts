import { AuthError, isJsonObject } from 'countersign/core'
import type { ClaimValue } from './trust-rule.ts'

type Claims = Readonly<Record<string, unknown>>

const MAXIMUM_CONDITIONS = 20
const MAXIMUM_LENGTH = 512
/** What the rule says elsewhere, or the protocol decides. */
const decided: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'])

const invalid = (problem: string): AuthError => new AuthError('request_invalid', { pointer: '/claims', problem })

/** @throws {AuthError} `request_invalid`. */
export function requireConditions(claims: Readonly<Record<string, ClaimValue>>): void {
  const conditions = Object.entries(claims)
  if (conditions.length > MAXIMUM_CONDITIONS) throw invalid(`must be at most ${MAXIMUM_CONDITIONS}`)
  for (const [name, value] of conditions) {
    if (!isPrintable(name) || name === '') throw invalid(`must have names of 1 to ${MAXIMUM_LENGTH} printable characters`)
    if (typeof value === 'string' && !isPrintable(value))
      throw invalid(`must have values of at most ${MAXIMUM_LENGTH} printable characters`)
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw invalid('must have whole numbers')
    // RFC 6901 section 3: a ~ stands before 0 or 1.
    if (name.startsWith('/') && /~(?![01])/.test(name)) throw invalid('must have names that are a claim, or a JSON pointer')
    if (isDecided(pathOf(name))) throw invalid(`cannot be about ${name}`)
  }
}

const isPrintable = (text: string): boolean => text.length <= MAXIMUM_LENGTH && text.isWellFormed() && !/\p{Cc}/u.test(text)

const isDecided = ([claim = '', ...deeper]: readonly string[]): boolean => deeper.length === 0 && decided.has(claim)

/** The claim of that name; of a name that begins with `/`, what the JSON pointer (RFC 6901) leads to, through objects alone. */
export function claimAt(claims: Claims, name: string): unknown {
  return pathOf(name).reduce<unknown>((at, member) => (isJsonObject(at) && Object.hasOwn(at, member) ? at[member] : undefined), claims)
}

const pathOf = (name: string): readonly string[] => (name.startsWith('/') ? name.slice(1).split('/').map(unescaped) : [name])

const unescaped = (member: string): string => member.replaceAll('~1', '/').replaceAll('~0', '~')

/** @returns the name of the first condition that does not hold. */
export const unmetCondition = (conditions: Readonly<Record<string, ClaimValue>>, claims: Claims): string | undefined =>
  Object.entries(conditions).find(([name, value]) => claimAt(claims, name) !== value)?.[0]
