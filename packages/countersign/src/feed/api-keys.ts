import { type Platform, parseJsonBytes } from '../core/index.ts'
import { type BoundedRequest, fetchBounded } from './bounded-fetch.ts'
import type { Discovery } from './discovery.ts'
import { FeedTrouble } from './feed-trouble.ts'

export interface ApiKeyQuestionsOptions {
  /** The issuer's discovery document; undefined as long as that was not read. */
  readonly urls: () => Pick<Discovery, 'apiKeyLookUpUrl' | 'apiKeyMarkUrl' | 'apiKeyUseUrl'> | undefined
  /** A service credential (`cs_svc_…`). */
  readonly credential: string
  readonly platform: Platform
}

/** Asks the issuer about API keys, and tells it of their use. */
export interface ApiKeyQuestions {
  /** @returns the answer, not looked at. */
  mark(signal: AbortSignal): Promise<unknown>
  /** @returns the answer, not looked at; `undefined` when the issuer knows no such key. */
  lookUp(id: string, signal: AbortSignal): Promise<unknown>
  report(uses: readonly { readonly id: string; readonly at: number }[], signal: AbortSignal): Promise<void>
}

/** Some hundred names take less. */
const MAX_BYTES = 65_536

/** Asks over HTTP, with the credential of the service. */
export function createApiKeyQuestions({ urls, credential, platform }: ApiKeyQuestionsOptions): ApiKeyQuestions {
  const ask = (url: string | undefined, signal: AbortSignal, json?: BoundedRequest['json']): Promise<Uint8Array> => {
    if (url === undefined) throw new Error('the issuer names no addresses of API keys: it has none')
    const body = json === undefined ? {} : { json }
    return fetchBounded(url, { platform, accept: 'application/json', maxBytes: MAX_BYTES, signal, credential, ...body })
  }
  return {
    async mark(signal) {
      return parseJsonBytes(await ask(urls()?.apiKeyMarkUrl, signal))
    },
    async lookUp(id, signal) {
      try {
        return parseJsonBytes(await ask(urls()?.apiKeyLookUpUrl, signal, { id }))
      } catch (error) {
        if (error instanceof FeedTrouble && error.status === 404) return undefined
        throw error
      }
    },
    async report(uses, signal) {
      await ask(urls()?.apiKeyUseUrl, signal, { uses })
    },
  }
}
