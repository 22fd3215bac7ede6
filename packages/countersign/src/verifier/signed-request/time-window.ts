import { AuthError, type EpochMs, type EpochSeconds } from '../../core/index.ts'
import type { RequestSignature, SignatureForm } from '../../signature/index.ts'
import type { SignedRule } from './signed-rule.ts'

/** Signed once, to be used by whoever holds it until it expires. */
const links: ReadonlySet<SignatureForm> = new Set(['sigv4-presigned', 'hawk-bewit'])

export const isLink = ({ form }: RequestSignature): boolean => links.has(form)

/** Bounds of one signature's time. */
export interface TimeBounds {
  /** Of key, route and verifier, the least. */
  readonly windowSeconds: number
  readonly toleranceSeconds: number
}

/**
 * Whether a signature is in its time: not older than the window, not expired, and not from a future that no tolerance explains. Times are
 * whole seconds, as signers write them.
 *
 * @returns why it is not; `undefined` when it is.
 */
export function timeProblem(signature: RequestSignature, bounds: TimeBounds, rule: SignedRule, now: EpochSeconds): string | undefined {
  const { signedAt, expiresAt } = signature
  // A one-time signature: what bounds it is its leaf.
  if (signedAt === undefined) return undefined
  // A shorter window than the tolerance is meant: what was signed ahead may not live longer for it.
  if (signedAt - now > Math.min(bounds.toleranceSeconds, bounds.windowSeconds)) return 'signed_in_the_future'
  if (expiresAt !== undefined && isOver(signature, expiresAt, now)) return 'expired'
  const windowSeconds = isLink(signature) ? linkWindow(signature, rule) : bounds.windowSeconds
  return now - signedAt > windowSeconds ? 'signed_too_long_ago' : undefined
}

/** RFC 7519 section 4.1.4: a JWT is over at its `exp`, the others after their expiry. */
const isOver = ({ form }: RequestSignature, expiresAt: EpochSeconds, now: EpochSeconds): boolean =>
  form === 'jwt' ? now >= expiresAt : now > expiresAt

/** A link lives as long as its maker says, and no longer than the route does. A bewit does not say since when. */
const linkWindow = ({ form }: RequestSignature, { windowSeconds }: SignedRule): number =>
  form === 'hawk-bewit' ? Number.POSITIVE_INFINITY : windowSeconds

/** A leaf has no time, and the expiry of its key may be moved: the year 2200. */
const FOR_GOOD: EpochMs = 7_258_118_400_000

/** When nobody can use it any more, whatever the clocks. */
export function claimedUntil({ signedAt, expiresAt, form }: RequestSignature, { windowSeconds, toleranceSeconds }: TimeBounds): EpochMs {
  if (signedAt === undefined) return FOR_GOOD
  const last = links.has(form) ? (expiresAt ?? signedAt) : Math.max(signedAt + windowSeconds, expiresAt ?? 0)
  return (last + 1 + toleranceSeconds) * 1000
}

/** The request is refused for its time; who knows the key may have a proof of ours. */
export class ExpiredRequest extends AuthError {
  /** The value of `WWW-Authenticate`. */
  readonly challenge: string | undefined

  constructor(reason: string, now: EpochSeconds, { form, keyId, signedAt }: RequestSignature, challenge?: string) {
    super('request_expired', { reason, form, key: keyId, signedAt: signedAt ?? 0, serverTime: now })
    this.challenge = challenge
  }
}
