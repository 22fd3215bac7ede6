import { AuthError, type Platform, systemPlatform, toEpochSeconds } from '../../core/index.ts'
import type { JwsAlgorithm } from '../../crypto/index.ts'
import { type KeySet, keySet } from '../../key/index.ts'
import { type StatusReference, statusReference, statusTypes, type VerifiedStatusList, verifyStatusListToken } from '../../token/index.ts'
import { fetchBounded } from '../bounded-fetch.ts'
import { asFeedTrouble } from '../feed-trouble.ts'
import { RemoteJwks } from '../jwks/remote-jwks.ts'

export interface StatusListCheckerOptions {
  /** Who issues the tokens, and signs the lists. */
  readonly issuer: string
  /** Where its keys are. Default: as its discovery document says. */
  readonly jwksUri?: string
  readonly algorithms: readonly JwsAlgorithm[]
  /** Lists are read from these origins alone: a token names an address, and whoever made the token must not send us anywhere. Default: the issuer's. */
  readonly origins?: readonly string[]
  /** The longest that a list is used without asking again, whatever its `ttl` says; and what it is without one. Default 60. */
  readonly maxAgeSeconds?: number
  /** How many lists are kept at most; of 1 MiB each at most. Default 32. */
  readonly maxLists?: number
  readonly platform?: Platform
}

/** Checks tokens against the Token Status Lists of their issuer. */
export interface StatusListChecker {
  /**
   * @param status The claim `status` of a verified token. Without one the token is refused: it says nothing of its status.
   * @throws {AuthError} `token_revoked` for any status but valid; `token_invalid` for a reference that cannot be right;
   * `revocation_unknown` when the list cannot be had.
   */
  check(status: unknown): Promise<void>
}

interface Kept {
  readonly verified: VerifiedStatusList
  readonly readAtMs: number
}

const TIMEOUT_MS = 5000
const COOL_DOWN_MS = 1000
/** A list of 1 MiB that does not compress at all, in base64url twice over. */
const MAX_TOKEN_BYTES = 2 ** 21
const DEFAULT_MAX_AGE_SECONDS = 60
const DEFAULT_MAX_LISTS = 32
const DEFAULT_MAX_JWKS_AGE_MS = 3_600_000

/** @throws {RangeError} A list of origins with something else in it, or no issuer's URL. */
export const createStatusListChecker = (options: StatusListCheckerOptions): StatusListChecker => new CheckerOverHttp(options)

class CheckerOverHttp implements StatusListChecker {
  readonly #options: StatusListCheckerOptions
  readonly #platform: Platform
  readonly #origins: ReadonlySet<string>
  readonly #keys: RemoteJwks
  readonly #kept = new Map<string, Kept>()
  readonly #reading = new Map<string, Promise<VerifiedStatusList>>()
  readonly #failedAtMs = new Map<string, number>()

  constructor(options: StatusListCheckerOptions) {
    const { issuer, jwksUri, platform = systemPlatform, origins = [new URL(issuer).origin] } = options
    if (origins.some((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin))
      throw new RangeError('origins must be origins')
    this.#options = options
    this.#platform = platform
    this.#origins = new Set(origins)
    this.#keys = new RemoteJwks({ issuer, jwksUri, platform, maxAgeMs: DEFAULT_MAX_JWKS_AGE_MS })
  }

  async check(status: unknown): Promise<void> {
    const reference = statusReference(status)
    if (reference === undefined) throw new AuthError('token_invalid', { reason: 'status_missing' })
    if (!this.#origins.has(new URL(reference.uri).origin)) throw new AuthError('token_invalid', { reason: 'status_list_elsewhere' })
    const { list } = await this.#listAt(reference.uri)
    // An index beyond the list has no status, and certainly not a valid one.
    if (reference.idx >= list.size) throw new AuthError('token_invalid', { reason: 'status_index', ...reference })
    const found = list.at(reference.idx)
    if (found !== statusTypes.valid) throw new AuthError('token_revoked', { status: found, ...reference })
  }

  async #listAt(uri: StatusReference['uri']): Promise<VerifiedStatusList> {
    const kept = this.#kept.get(uri)
    if (kept !== undefined && this.#isYoung(kept)) return kept.verified
    const pending = this.#reading.get(uri)
    if (pending !== undefined) return pending
    const maxLists = this.#options.maxLists ?? DEFAULT_MAX_LISTS
    const nowMs = this.#platform.clock.monotonicMs()
    const failedAtMs = this.#failedAtMs.get(uri) ?? Number.NEGATIVE_INFINITY
    if (nowMs - failedAtMs < COOL_DOWN_MS || this.#reading.size >= maxLists) throw unknown('asked_lately', uri)
    const reading = this.#read(uri).finally(() => this.#reading.delete(uri))
    this.#reading.set(uri, reading)
    try {
      const verified = await reading
      keepAtMost(this.#kept, maxLists, uri, { verified, readAtMs: nowMs })
      return verified
    } catch (error) {
      keepAtMost(this.#failedAtMs, maxLists, uri, nowMs)
      throw error
    }
  }

  #isYoung({ verified: { ttlSeconds, expiresAt }, readAtMs }: Kept): boolean {
    const { clock } = this.#platform
    const maxAgeSeconds = this.#options.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS
    const ageMs = clock.monotonicMs() - readAtMs
    const isInTime = expiresAt === undefined || toEpochSeconds(clock.now()) < expiresAt
    return isInTime && ageMs < Math.min(ttlSeconds ?? maxAgeSeconds, maxAgeSeconds) * 1000
  }

  async #read(uri: string): Promise<VerifiedStatusList> {
    const compact = await this.#load(uri)
    try {
      return this.#verify(compact, uri)
    } catch (error) {
      const { reason, kid } = error instanceof AuthError ? error.detail : {}
      if (reason !== 'unknown_key') throw unusable(error, uri)
      // There are no keys yet, or one of them is younger than ours.
      if ((await this.#keys.lookUp(String(kid))) !== 'found') throw unknown('unknown_key', uri)
    }
    try {
      return this.#verify(compact, uri)
    } catch (error) {
      throw unusable(error, uri)
    }
  }

  #verify(compact: string, uri: string): VerifiedStatusList {
    const now = toEpochSeconds(this.#platform.clock.now())
    return verifyStatusListToken(compact, this.#keys.current() ?? noKeys, { uri, algorithms: this.#options.algorithms, now })
  }

  async #load(uri: string): Promise<string> {
    const controller = new AbortController()
    const cancel = this.#platform.clock.after(TIMEOUT_MS, () => controller.abort())
    try {
      const request = {
        platform: this.#platform,
        accept: 'application/statuslist+jwt',
        maxBytes: MAX_TOKEN_BYTES,
        signal: controller.signal,
      }
      return new TextDecoder().decode(await fetchBounded(uri, request)).trim()
    } catch (error) {
      throw new AuthError('revocation_unknown', { reason: asFeedTrouble(error).message, list: uri }, { cause: error })
    } finally {
      cancel()
    }
  }
}

const noKeys: KeySet = keySet([])

/** Adds, and lets go of what was added longest ago. */
function keepAtMost<Value>(map: Map<string, Value>, limit: number, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > limit && oldest !== undefined) map.delete(oldest)
}

const unknown = (reason: string, list: string): AuthError => new AuthError('revocation_unknown', { reason, list })

/** That the list is no good is not the fault of whoever presents a token. */
const unusable = (cause: unknown, list: string): AuthError =>
  new AuthError(
    'revocation_unknown',
    { reason: cause instanceof AuthError ? String(cause.detail['reason'] ?? cause.code) : 'unusable', list },
    { cause },
  )
