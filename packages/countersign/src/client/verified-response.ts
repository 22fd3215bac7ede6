import { AuthError } from '../core/refusal.ts'
import { isJsonObject } from '../core/json.ts'
import { type EpochSeconds, type Platform, systemPlatform, toEpochSeconds } from '../core/platform.ts'
import { webCryptoVerifyResponse } from '../signature/signer.ts'
import { documentOf } from './session-api.ts'
import { bounded, messageOf, valuesOf } from './replayable-request.ts'

/** Which answers a client believes. */
export interface ResponseVerification {
  /** The service's public keys: a JWK Set, or the URL of one, over TLS. */
  readonly keys: string | URL | { readonly keys: readonly JsonWebKey[] }
  /** What has to be covered besides `@status`, the request's `@method` and `@target-uri`, and the digest of the body. */
  readonly cover?: readonly string[]
  /** How old an answer may be. Default 300. */
  readonly windowSeconds?: number
  /** The longest body, which is held in memory until it is proven. Default 1 MiB. */
  readonly bodyLimitBytes?: number
}

const DEFAULT_WINDOW_SECONDS = 300
const MIB = 2 ** 20
const REST_MS = 30_000

interface NamedKey extends JsonWebKey {
  readonly kid?: string
}

/** The keys of one service. Fetched when they are needed, and again for a name that they do not have, not more often than every 30 s. */
class ResponseKeys {
  readonly #source: ResponseVerification['keys']
  readonly #platform: Platform
  #known: readonly NamedKey[] = []
  #restsUntilMs = Number.NEGATIVE_INFINITY

  constructor(source: ResponseVerification['keys'], platform: Platform) {
    this.#source = source
    this.#platform = platform
    if (typeof source === 'object' && 'keys' in source) this.#known = source.keys
  }

  async find(keyId: string): Promise<JsonWebKey | undefined> {
    return this.#named(keyId) ?? ((await this.#refresh()) ? this.#named(keyId) : undefined)
  }

  #named(keyId: string): JsonWebKey | undefined {
    return this.#known.find(({ kid }) => kid === keyId)
  }

  async #refresh(): Promise<boolean> {
    const { clock, fetch } = this.#platform
    const source = this.#source
    if (typeof source === 'object' && 'keys' in source) return false
    if (clock.monotonicMs() < this.#restsUntilMs) return false
    this.#restsUntilMs = clock.monotonicMs() + REST_MS
    const response = await fetch(source, { redirect: 'error', credentials: 'omit' })
    const set = response.ok ? await documentOf(response) : undefined
    if (!isJsonObject(set) || !Array.isArray(set['keys'])) throw new AuthError('unavailable', { reason: 'response_keys' })
    this.#known = set['keys'].filter(isJsonObject)
    return true
  }
}

/** Verifies the answers of one service. Keeps its keys. */
export interface ResponseVerifier {
  /**
   * Verifies with a public key that an answer came from its service, unchanged, for this very request and now (RFC 9421, RFC 9530); the answer to
   * a request that was signed has to name that signature. A body that fetch has decompressed cannot be verified: a service sends what it
   * signs as it is.
   *
   * @param request As it was sent, with its headers.
   * @param now Default: the device's time.
   * @returns the answer, with the body that was verified. An answer that is not signed is refused too.
   * @throws {AuthError} `signature_incomplete`, `signature_invalid`, `digest_mismatch`, `request_expired`, `credential_malformed`;
   * `unavailable` when the keys cannot be fetched.
   * @throws {RangeError} The body is longer than the limit.
   */
  verify(response: Response, request: Request, now?: EpochSeconds): Promise<Response>
}

/** For `verifyResponses` of a signing fetch, and for answers to requests that nobody signs. */
export function responseVerifier(options: ResponseVerification, platform: Platform = systemPlatform): ResponseVerifier {
  return new KeyedResponseVerifier(options, platform)
}

/** `responseVerifier(options).verify`, for one answer. Keys that stand at a URL are fetched for it. */
export function verifyResponse(
  response: Response,
  request: Request,
  options: ResponseVerification,
  platform: Platform = systemPlatform,
): Promise<Response> {
  return responseVerifier(options, platform).verify(response, request)
}

class KeyedResponseVerifier implements ResponseVerifier {
  readonly #options: ResponseVerification
  readonly #platform: Platform
  readonly #keys: ResponseKeys

  constructor(options: ResponseVerification, platform: Platform) {
    this.#options = options
    this.#platform = platform
    this.#keys = new ResponseKeys(options.keys, platform)
  }

  async verify(response: Response, request: Request, now?: EpochSeconds): Promise<Response> {
    const { cover = [], windowSeconds = DEFAULT_WINDOW_SECONDS, bodyLimitBytes = MIB } = this.#options
    // What fetch hands out has been decoded, and the digest is of what came over the wire.
    if (response.headers.has('content-encoding')) throw new AuthError('signature_invalid', { reason: 'response_content_coding' })
    const body = response.body === null ? new Uint8Array(0) : await bounded(response.body, bodyLimitBytes)
    const question = request.headers.has('signature') ? ['"signature";req'] : []
    const message = {
      status: response.status,
      values: (name: string) => valuesOf(response.headers, name),
      request: messageOf(new URL(request.url), request.method, request.headers),
    }
    await webCryptoVerifyResponse(message, body, {
      keyFor: (keyId) => this.#keys.find(keyId),
      cover: [...cover, ...question],
      now: now ?? toEpochSeconds(this.#platform.clock.now()),
      windowSeconds,
    })
    return copyOf(response, body)
  }
}

/** Statuses with which a `Response` may have no body. */
const BODILESS: ReadonlySet<number> = new Set([101, 204, 205, 304])

function copyOf(response: Response, body: Uint8Array<ArrayBuffer>): Response {
  const { status, statusText, headers, url } = response
  const copy = new Response(BODILESS.has(status) ? null : body, { status, statusText, headers })
  Object.defineProperty(copy, 'url', { value: url })
  return copy
}
