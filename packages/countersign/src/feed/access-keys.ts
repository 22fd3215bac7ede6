import { type Platform, parseJsonBytes } from '../core/index.ts'
import { fetchBounded } from './bounded-fetch.ts'
import { FeedTrouble } from './feed-trouble.ts'

export interface AccessKeyLookUpOptions {
  /** `access_key_lookup_uri` of the issuer's discovery document; undefined as long as that was not read. */
  readonly url: () => string | undefined
  /** A service credential (`cs_svc_…`). */
  readonly credential: string
  readonly platform: Platform
}

/** A question about one access key, as a verifier puts it. */
export interface AccessKeyLookUpQuestion {
  readonly id: string
  readonly form: string
  readonly day?: string
  readonly scope?: Readonly<Record<string, string>>
}

/** Asks the issuer about access keys. */
export interface AccessKeyLookUp {
  /** @returns the answer, not looked at; `undefined` when the issuer knows no such key. */
  lookUp(question: AccessKeyLookUpQuestion, signal: AbortSignal): Promise<unknown>
}

/** A key of 4096 bits and some hundred names take less. */
const MAX_BYTES = 65_536

/** Asks over HTTP: `POST {url}` with the question, answered as JSON, or with 404. */
export function createAccessKeyLookUp({ url, credential, platform }: AccessKeyLookUpOptions): AccessKeyLookUp {
  return {
    async lookUp({ form, ...question }, signal) {
      const address = url()
      if (address === undefined) throw new Error('the issuer names no access_key_lookup_uri: it has no access keys')
      const request = {
        platform,
        accept: 'application/json',
        maxBytes: MAX_BYTES,
        signal,
        credential,
        json: { ...question, forms: [form] },
      }
      try {
        return parseJsonBytes(await fetchBounded(address, request))
      } catch (error) {
        if (error instanceof FeedTrouble && error.status === 404) return undefined
        throw error
      }
    },
  }
}
