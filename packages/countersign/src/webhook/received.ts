import { AuthError, type EpochSeconds } from '../core/index.ts'

/** The values of a header field in the order of arrival, by its name in lower case. */
export type FieldReader = (name: string) => readonly string[] | undefined

/** What a good signature vouches for beside the body. */
export interface WebhookFacts {
  /** Undefined where the form does not sign one. */
  readonly id: string | undefined
  readonly sentAt: EpochSeconds
}

const SECONDS = /^(?:0|[1-9]\d{0,11})$/

/** @throws {AuthError} `credential_missing` when it is absent; `credential_malformed` when it stands there twice or is too long. */
export function fieldOf(values: FieldReader, name: string, maxLength: number): string {
  const all = values(name)
  const [text] = all ?? []
  if (all === undefined || text === undefined || text === '') throw new AuthError('credential_missing', { part: name })
  if (all.length > 1 || text.length > maxLength) throw new AuthError('credential_malformed', { part: name })
  return text
}

/** @throws {AuthError} `credential_malformed`. */
export function secondsOf(text: string, part: string): EpochSeconds {
  if (!SECONDS.test(text)) throw new AuthError('credential_malformed', { part })
  return Number(text)
}

/** @throws {AuthError} `request_expired`, for what was sent too long ago and for what was not sent yet. */
export function requireTolerance(sentAt: EpochSeconds, now: EpochSeconds, toleranceSeconds: number): void {
  if (Math.abs(now - sentAt) > toleranceSeconds) throw new AuthError('request_expired', { sentAt, now })
}

export function joinedBytes(head: string, body: string | Uint8Array): Uint8Array {
  const first = new TextEncoder().encode(head)
  const rest = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const joined = new Uint8Array(first.byteLength + rest.byteLength)
  joined.set(first)
  joined.set(rest, first.byteLength)
  return joined
}
