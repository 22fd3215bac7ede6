import { isJsonObject, type Platform, parseJsonBytes } from '../core/index.ts'
import { fetchBounded } from './bounded-fetch.ts'
import { FeedTrouble } from './feed-trouble.ts'

export interface VerifierReportingOptions {
  /** `verifier_report_uri` of the issuer's discovery document; undefined where it takes no reports, or was not read. */
  readonly url: () => string | undefined
  /** A service credential (`cs_svc_…`). */
  readonly credential: string
  readonly platform: Platform
}

/** Tells the issuer what a verifier says of itself. */
export interface VerifierReporting {
  readonly isOffered: boolean
  /**
   * @returns what the issuer wishes, or that it refuses.
   * @throws {Error} There is no answer.
   */
  report(
    report: object,
    signal: AbortSignal,
  ): Promise<{ readonly isTaken: boolean; readonly spreadMs?: number | undefined; readonly retryAfterMs?: number | undefined }>
}

const MAX_BYTES = 4096

/** Reports over HTTP: `POST {url}` with JSON. */
export function createVerifierReporting({ url, credential, platform }: VerifierReportingOptions): VerifierReporting {
  return {
    get isOffered() {
      return url() !== undefined
    },
    async report(report, signal) {
      const address = url()
      if (address === undefined) throw new Error('the issuer names no verifier_report_uri: it takes no reports')
      const request = { platform, accept: 'application/json', maxBytes: MAX_BYTES, signal, credential, json: { ...report } }
      try {
        const answer = parseJsonBytes(await fetchBounded(address, request))
        const spreadMs = isJsonObject(answer) ? answer.spread_ms : undefined
        return { isTaken: true, spreadMs: typeof spreadMs === 'number' ? spreadMs : undefined }
      } catch (error) {
        if (!(error instanceof FeedTrouble)) throw error
        return { isTaken: false, retryAfterMs: error.retryAfterMs }
      }
    },
  }
}
