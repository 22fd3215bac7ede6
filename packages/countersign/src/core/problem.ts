import { type AuthError, type RefusalCode, refusalRow } from './refusal.ts'

/** RFC 9457 problem details. `detail` is the public sentence of a finding, never of the log. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: RefusalCode
  readonly detail?: string
  readonly [extension: string]: unknown
}

export interface ChallengeOptions {
  /** The authentication scheme that the resource accepts. */
  readonly scheme: 'Bearer' | 'DPoP'
  /** What is named for a refusal whose row names no error. */
  readonly error?: string
  /** The signature algorithms of DPoP proofs, separated by spaces (RFC 9449 section 7.1). */
  readonly algorithms?: string | undefined
  readonly realm?: string
  /** The scope that the request needs: space-separated (RFC 6750 section 3). */
  readonly scope?: string
  /** The oldest sign-in that the request accepts, in seconds (RFC 9470 section 3). */
  readonly maxAgeSeconds?: number
  /** How strong a sign-in the request accepts, separated by spaces, the preferred one first (RFC 9470 section 3). */
  readonly acrValues?: string
  /** The methods (`amr`) that the sign-in must have used: ours, since RFC 9470 has no word for it. */
  readonly amrValues?: string
}

/** The document that a stranger reads. Takes nothing from the private detail of the refusal. */
export function problemOf(error: AuthError, extra?: Readonly<Record<string, unknown>>): Problem {
  const row = refusalRow(error.code)
  return {
    ...extra,
    ...serverTime(error),
    type: `urn:countersign:refusal:${error.code}`,
    title: row.public,
    status: row.status,
    code: error.code,
  }
}

/** Who signs with a wrong clock learns the right time, in both of the usual spellings. */
function serverTime({ code, detail: { serverTime: now } }: AuthError): Readonly<Record<string, unknown>> | undefined {
  if (code !== 'request_expired' || typeof now !== 'number') return undefined
  return { server_time: new Date(now * 1000).toISOString().replace('.000Z', 'Z'), server_time_epoch: now }
}

/**
 * The value of `WWW-Authenticate` for a refusal (RFC 6750 section 3, RFC 9470 section 3). A request without any credential learns
 * the scheme and no error, as RFC 6750 section 3.1 wants.
 */
export function challengesFor(error: AuthError, options: ChallengeOptions): string {
  const row = refusalRow(error.code)
  const parameters: string[] = []
  if (options.realm !== undefined) parameters.push(`realm=${quoted(options.realm)}`)
  const named = row.challenge ?? options.error
  if (named !== undefined) parameters.push(`error="${named}"`, `error_description=${quoted(row.public)}`)
  if (options.scope !== undefined) parameters.push(`scope=${quoted(options.scope)}`)
  if (options.maxAgeSeconds !== undefined) parameters.push(`max_age="${options.maxAgeSeconds}"`)
  if (options.acrValues !== undefined) parameters.push(`acr_values=${quoted(options.acrValues)}`)
  if (options.amrValues !== undefined) parameters.push(`amr_values=${quoted(options.amrValues)}`)
  if (options.algorithms !== undefined) parameters.push(`algs=${quoted(options.algorithms)}`)
  return parameters.length === 0 ? options.scheme : `${options.scheme} ${parameters.join(', ')}`
}

/** RFC 9110 section 5.6.4 quoted-string. What may not stand in a header at all is left out. */
const quoted = (text: string): string => `"${text.replace(/[^\t\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`
