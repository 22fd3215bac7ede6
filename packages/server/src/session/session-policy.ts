export interface SessionPolicy {
  /** A session that is not refreshed for so long ends. Default 14 days. */
  readonly idleLimitSeconds: number
  /** No session lives longer, however busy. Default 90 days. */
  readonly absoluteLimitSeconds: number
  /** How long after a rotation the token before it still yields the same successor. Default 10 s. */
  readonly overlapSeconds: number
  /** One session a user: a sign-in ends the others (B34). Default false. */
  readonly single: boolean
}

const defaults: SessionPolicy = { idleLimitSeconds: 14 * 86_400, absoluteLimitSeconds: 90 * 86_400, overlapSeconds: 10, single: false }
const MAXIMUM_OVERLAP_SECONDS = 300

/** @throws {RangeError} for limits that are no positive numbers, or an overlap over five minutes. */
export function sessionPolicy(input: Partial<SessionPolicy> = {}): SessionPolicy {
  const policy = { ...defaults, ...input }
  for (const name of ['idleLimitSeconds', 'absoluteLimitSeconds'] as const) {
    if (!(Number.isFinite(policy[name]) && policy[name] > 0)) throw new RangeError(`${name} must be a positive number of seconds`)
  }
  if (!(policy.overlapSeconds >= 0 && policy.overlapSeconds <= MAXIMUM_OVERLAP_SECONDS)) {
    throw new RangeError(`overlapSeconds must be from 0 to ${MAXIMUM_OVERLAP_SECONDS}`)
  }
  return Object.freeze(policy)
}
