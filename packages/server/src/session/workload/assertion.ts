import { type EpochSeconds, parseBase64urlJsonObject } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { MAXIMUM_SUBJECT, isSubjectOf } from './subject-pattern.ts'
import { unmetCondition } from './claim-condition.ts'
import type { TrustRule } from './trust-rule.ts'

/** With the claims that some issuers put into it. Nothing longer is looked at. */
export const MAXIMUM_ASSERTION = 16_384
/** How far the clock of an issuer may be ahead. */
const CLOCK_SKEW_SECONDS = 60
const MAXIMUM_ID = 512
/**
 * What makes it something else although its `typ` does not say so: a logout token or security event (RFC 8417 section 2.2), and what counts only with
 * the proof of a key (RFC 7800 section 3.1), which nobody here looks at.
 */
const ofOthers: readonly string[] = ['events', 'cnf']

/** A token of somebody else's that a rule has accepted (RFC 7523 section 3). */
export interface Assertion {
  readonly subject: string
  /** The same for what is the same assertion: by `iss` and `jti`, and without a `jti` by all that was signed. */
  readonly id: string
  /** Of the key that it was signed with. */
  readonly keyId: string
  readonly expiresAt: EpochSeconds
}

/** Why a rule does not accept an assertion: for operators, who read logs. Names claims, never what they hold. */
export class AssertionMismatch extends Error {
  readonly problem: string

  constructor(problem: string) {
    super(problem)
    this.name = 'AssertionMismatch'
    this.problem = problem
  }
}

/** Who has made it, by its own word: it only says by whose keys it is to be verified. @returns undefined for what is no token. */
export function claimedIssuer(compact: string): string | undefined {
  if (compact.length > MAXIMUM_ASSERTION) return undefined
  const [, payload = '', signature] = compact.split('.', 4)
  if (signature === undefined) return undefined
  try {
    const { iss } = parseBase64urlJsonObject(payload)
    return typeof iss === 'string' && iss !== '' && iss.length <= MAXIMUM_ID ? iss : undefined
  } catch {
    return undefined
  }
}

interface Verified {
  readonly compact: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly keyId: string
}

interface Circumstances {
  readonly now: EpochSeconds
  /** What `aud` may be where the rule does not say. */
  readonly audience: readonly string[]
}

/**
 * Holds the claims of an assertion whose signature was verified against a rule. Does not look whether it was shown before.
 *
 * @throws {AssertionMismatch}
 */
export function requireAssertion({ compact, payload, keyId }: Verified, rule: TrustRule, { now, audience }: Circumstances): Assertion {
  const { iss, sub, aud, exp, nbf, iat, jti } = payload
  require(iss === rule.issuer, 'iss')
  for (const claim of ofOthers) require(payload[claim] === undefined, claim)
  requireSoleAudience(aud, rule.assertionAudience === undefined ? audience : [rule.assertionAudience])
  require(isTime(exp) && exp > now && exp <= now + rule.assertionSeconds + CLOCK_SKEW_SECONDS, 'exp')
  for (const [claim, value] of [
    ['nbf', nbf],
    ['iat', iat],
  ] as const) {
    require(value === undefined || (isTime(value) && value <= now + CLOCK_SKEW_SECONDS), claim)
  }
  require(isText(sub, MAXIMUM_SUBJECT) && isSubjectOf(rule.subject, sub), 'sub')
  require(jti === undefined || isText(jti, MAXIMUM_ID), 'jti')
  const unmet = unmetCondition(rule.claims, payload)
  if (unmet !== undefined) throw new AssertionMismatch(unmet)
  return {
    subject: String(sub),
    id: sha256Base64url(jti === undefined ? compact.slice(0, compact.lastIndexOf('.')) : JSON.stringify([iss, jti])),
    keyId,
    expiresAt: Math.floor(Number(exp)),
  }
}

/** An assertion for several could be shown to each of them by every other. Some write the one as a list. */
function requireSoleAudience(aud: unknown, accepted: readonly string[]): void {
  const sole: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud
  require(typeof sole === 'string' && accepted.includes(sole), 'aud')
}

function require(isRight: boolean, claim: string): void {
  if (!isRight) throw new AssertionMismatch(claim)
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

const isText = (value: unknown, longest: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= longest && value.isWellFormed() && !value.includes('\0')
