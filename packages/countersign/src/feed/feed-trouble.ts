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

  constructor(kind: FeedTroubleKind, message: string, options?: ErrorOptions & { readonly status?: number }) {
    super(message, options)
    this.name = 'FeedTrouble'
    this.kind = kind
    this.status = options?.status
  }
}

/** What an answer other than 200 means. 410: the position was forgotten, or is none of this log. */
export function troubleOfStatus(status: number): FeedTrouble {
  if (status === 410) return new FeedTrouble('unsynchronised', 'the issuer cannot continue from our position (HTTP 410)', { status })
  if (status === 401 || status === 403)
    return new FeedTrouble('refused', `the issuer refuses the service credential (HTTP ${status})`, { status })
  return new FeedTrouble('interrupted', `the issuer answered with HTTP ${status}`, { status })
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
