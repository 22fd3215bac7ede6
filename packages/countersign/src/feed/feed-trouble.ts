/**
 * `interrupted`: try again from where we are. `unsynchronised`: what follows our position cannot be had, a snapshot is
 * needed. `refused`: the issuer does not accept the credential, trying often is of no use.
 */
export type FeedTroubleKind = 'interrupted' | 'unsynchronised' | 'refused'

/** Why the feed does not flow. The message is a sentence for operators and holds no secret. */
export class FeedTrouble extends Error {
  readonly kind: FeedTroubleKind
  /** Of the answer, where there was one. */
  readonly status: number | undefined
  /** What the answer asks to be left alone for. */
  readonly retryAfterMs: number | undefined

  constructor(
    kind: FeedTroubleKind,
    message: string,
    options?: ErrorOptions & { readonly status?: number; readonly retryAfterMs?: number | undefined },
  ) {
    super(message, options)
    this.name = 'FeedTrouble'
    this.kind = kind
    this.status = options?.status
    this.retryAfterMs = options?.retryAfterMs
  }
}

/** What an answer other than 200 means. 410: the position was forgotten, or is none of this log. */
export function troubleOfStatus(status: number, retryAfter?: string | null): FeedTrouble {
  if (status === 410) return new FeedTrouble('unsynchronised', 'the issuer cannot continue from our position (HTTP 410)', { status })
  if (status === 401 || status === 403)
    return new FeedTrouble('refused', `the issuer refuses the service credential (HTTP ${status})`, { status })
  // In seconds: a date would be one of the issuer's clock.
  const retryAfterMs = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1000 : undefined
  return new FeedTrouble('interrupted', `the issuer answered with HTTP ${status}`, { status, retryAfterMs })
}

export function asFeedTrouble(error: unknown): FeedTrouble {
  return error instanceof FeedTrouble ? error : new FeedTrouble('interrupted', reasonOf(error), { cause: error })
}

/** `fetch` hides what went wrong (`ECONNREFUSED`) in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  const { cause } = error
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : error.message
}
