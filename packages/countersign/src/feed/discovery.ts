import { isJsonObject, type Platform, parseJsonBytes } from '../core/index.ts'
import type { JwsAlgorithm } from '../crypto/index.ts'
import { type KeySet, parseJwks } from '../key/index.ts'
import { fetchBounded } from './bounded-fetch.ts'
import { asFeedTrouble } from './feed-trouble.ts'

/** A JWK set as it was published. */
export interface PublishedKeys {
  readonly keys: KeySet
  /** The same text is the same keys. */
  readonly text: string
}

/** What an issuer says about itself at `/.well-known/countersign`. */
export interface Discovery {
  readonly jwksUrl: string
  readonly feedUrl: string
  readonly feedSnapshotUrl: string
  /** Where it signs our challenges; undefined for an issuer that does not say. */
  readonly feedChallengeUrl: string | undefined
  /** Where single tokens are asked about (RFC 7662); undefined for an issuer that does not say. */
  readonly introspectionUrl: string | undefined
  /** Where access keys are asked about; undefined for an issuer that does not say. */
  readonly accessKeyLookUpUrl: string | undefined
  /** The same of API keys: where they are asked about, how they are marked, and who is told of their use. */
  readonly apiKeyLookUpUrl: string | undefined
  readonly apiKeyMarkUrl: string | undefined
  readonly apiKeyUseUrl: string | undefined
  /** Where verifiers say how fresh they are; undefined for an issuer that does not want to know. */
  readonly verifierReportUrl: string | undefined
  readonly feedKeys: PublishedKeys
  /** So long its log remembers a cut-off; undefined for an issuer that does not say. */
  readonly cutoffLifeSeconds: number | undefined
}

const MAX_BYTES = 2 ** 20
const TIMEOUT_MS = 5000

/**
 * Reads the issuer's discovery document.
 *
 * @param algorithms Those that the verifier accepts: an issuer that signs with none of them is a mistake worth a clear word.
 * @throws {Error} The document cannot be read, is of another issuer, or points to another origin: the service credential
 * goes to these addresses.
 */
export async function fetchDiscovery(issuer: string, algorithms: readonly JwsAlgorithm[], platform: Platform): Promise<Discovery> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/countersign`
  const document = await fetchJson(url, platform)
  if (!isJsonObject(document)) throw new Error(`${url} holds no object`)
  if (document.issuer !== issuer) throw new Error(`${url} is the document of another issuer: is the configured issuer exact?`)
  requireCommonAlgorithm(document.access_token_algorithms, algorithms)
  return {
    jwksUrl: requireOwnUrl(document, 'jwks_uri', issuer),
    feedUrl: requireOwnUrl(document, 'feed_uri', issuer),
    feedSnapshotUrl: requireOwnUrl(document, 'feed_snapshot_uri', issuer),
    feedChallengeUrl: ownUrl(document, 'feed_challenge_uri', issuer),
    introspectionUrl: ownUrl(document, 'introspection_endpoint', issuer),
    accessKeyLookUpUrl: ownUrl(document, 'access_key_lookup_uri', issuer),
    apiKeyLookUpUrl: ownUrl(document, 'api_key_lookup_uri', issuer),
    apiKeyMarkUrl: ownUrl(document, 'api_key_mark_uri', issuer),
    apiKeyUseUrl: ownUrl(document, 'api_key_use_uri', issuer),
    verifierReportUrl: ownUrl(document, 'verifier_report_uri', issuer),
    feedKeys: readKeys(document.feed_keys, `feed_keys of ${url}`),
    cutoffLifeSeconds: typeof document.cutoff_life_seconds === 'number' ? document.cutoff_life_seconds : undefined,
  }
}

/** Reads a JWK set (RFC 7517 section 5). @throws {Error} It cannot be read, or is none. */
export async function fetchJwks(url: string, platform: Platform): Promise<PublishedKeys> {
  return readKeys(await fetchJson(url, platform), url)
}

/** Reads a JSON document, bounded in size and time. @throws {Error} It cannot be read. */
export async function fetchJson(url: string, platform: Platform): Promise<unknown> {
  const controller = new AbortController()
  const timedOut = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(new Error(`no answer for ${TIMEOUT_MS} ms`)))
  })
  const cancel = platform.clock.after(TIMEOUT_MS, () => controller.abort())
  try {
    const request = { platform, accept: 'application/json', maxBytes: MAX_BYTES, signal: controller.signal }
    return parseJsonBytes(await Promise.race([fetchBounded(url, request), timedOut]))
  } catch (error) {
    throw new Error(`${url} could not be read: ${asFeedTrouble(error).message}`, { cause: error })
  } finally {
    cancel()
  }
}

function readKeys(document: unknown, where: string): PublishedKeys {
  try {
    return { keys: parseJwks(document), text: JSON.stringify(document) }
  } catch (error) {
    throw new Error(`${where} cannot be used: ${asFeedTrouble(error).message}`, { cause: error })
  }
}

function requireCommonAlgorithm(offered: unknown, accepted: readonly string[]): void {
  if (!Array.isArray(offered)) throw new Error('the discovery document of the issuer has no usable access_token_algorithms')
  if (accepted.some((algorithm) => offered.includes(algorithm))) return
  throw new Error(`the issuer signs with none of the configured algorithms (${accepted.join(', ')})`)
}

const ownUrl = (document: Readonly<Record<string, unknown>>, name: string, issuer: string): string | undefined =>
  document[name] === undefined ? undefined : requireOwnUrl(document, name, issuer)

function requireOwnUrl(document: Readonly<Record<string, unknown>>, name: string, issuer: string): string {
  const value = document[name]
  if (typeof value !== 'string' || !URL.canParse(value)) throw new Error(`the discovery document of ${issuer} has no usable ${name}`)
  const { origin, username, password } = new URL(value)
  if (origin !== new URL(issuer).origin) throw new Error(`${name} of ${issuer} is on another origin`)
  if (username !== '' || password !== '') throw new Error(`${name} of ${issuer} holds a credential`)
  return value
}
