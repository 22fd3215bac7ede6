import { AuthError, type Platform } from 'countersign/core'
import type { JwsAlgorithm } from 'countersign/crypto'
import { RemoteJwks } from 'countersign/feed'
import { type KeySet, keySet, parseJwks } from 'countersign/key'
import { type VerifiedJws, verifyJws } from 'countersign/token'
import { AssertionMismatch, MAXIMUM_ASSERTION } from './assertion.ts'
import type { PublishedKeySet, TrustRule } from './trust-rule.ts'

const MAX_AGE_MS = 3_600_000
/** More issuers than rules are made for; of those that are removed nobody asks any more. */
const MAXIMUM_ISSUERS = 2000
/** Whoever sends nonsense makes us import no key twice; several times as many as an issuer can have rules. */
const MAXIMUM_SETS = 500
/** What tokens of OpenID providers and clusters have. No access token, no logout token, no proof passes for one (RFC 8725 section 3.11). */
const types: readonly string[] = ['jwt', '']
/** Public keys alone: a shared secret would let every holder speak for all others. */
const algorithms: readonly JwsAlgorithm[] = ['RS256', 'ES256', 'PS256', 'EdDSA']
const noKeys = keySet([])

/** The keys of issuers that some rule names: read when they are used, and again when a token names one that is not known. */
export class AssertionKeys {
  readonly #platform: Platform
  readonly #byIssuer = new Map<string, RemoteJwks>()
  readonly #imported = new Map<string, KeySet>()

  /** @param platform Its `fetch` calls what operators have named, and what that leads to. */
  constructor(platform: Platform) {
    this.#platform = platform
  }

  /**
   * Verifies the signature, with the keys that the rule says.
   *
   * @throws {AssertionMismatch}; {AuthError} `provider_unavailable` where its keys cannot be had.
   */
  async verify(compact: string, { issuer, jwks }: Pick<TrustRule, 'issuer' | 'jwks'>): Promise<VerifiedJws> {
    if (jwks !== undefined) return verified(compact, this.#keysIn(jwks))
    const keys = this.#of(issuer)
    try {
      return verified(compact, keys.current() ?? noKeys)
    } catch (error) {
      const kid = error instanceof UnknownKey ? error.kid : undefined
      if (kid === undefined) throw error
      const found = await keys.lookUp(kid)
      if (found === 'unknown') throw new AuthError('provider_unavailable', { issuer, reason: keys.problem ?? 'asked_just_now' })
      if (found === 'absent') throw error
    }
    return verified(compact, keys.current() ?? noKeys)
  }

  #keysIn(jwks: PublishedKeySet): KeySet {
    const text = JSON.stringify(jwks)
    const known = this.#imported.get(text)
    if (known !== undefined) return known
    dropOldest(this.#imported, MAXIMUM_SETS)
    const keys = parseJwks(jwks)
    this.#imported.set(text, keys)
    return keys
  }

  #of(issuer: string): RemoteJwks {
    const known = this.#byIssuer.get(issuer)
    if (known !== undefined) return known
    dropOldest(this.#byIssuer, MAXIMUM_ISSUERS)
    const keys = new RemoteJwks({ issuer, platform: this.#platform, maxAgeMs: MAX_AGE_MS })
    this.#byIssuer.set(issuer, keys)
    return keys
  }
}

/** Makes room for one more. */
function dropOldest(known: Map<string, unknown>, maximum: number): void {
  const [oldest] = known.keys()
  if (oldest !== undefined && known.size >= maximum) known.delete(oldest)
}

class UnknownKey extends AssertionMismatch {
  readonly kid: string

  constructor(kid: string) {
    super('unknown_key')
    this.kid = kid
  }
}

function verified(compact: string, keys: KeySet): VerifiedJws {
  try {
    return verifyJws(compact, keys, { type: types, algorithms, maxLength: MAXIMUM_ASSERTION })
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const { reason = error.code, kid } = error.detail
    throw reason === 'unknown_key' ? new UnknownKey(String(kid)) : new AssertionMismatch(String(reason))
  }
}
