import { AuthError, type Platform } from 'countersign/core'
import { RemoteJwks } from 'countersign/feed'
import { keySet } from 'countersign/key'
import { verifyJws } from 'countersign/token'
import type { IdentityProvider } from './identity-provider.ts'

const JWKS_MAX_AGE_MS = 3_600_000
/** With the claims that some directories put into an ID token. */
const MAX_LENGTH = 32_768
const noKeys = keySet([])

/** The keys of a provider: read when they are used, and again at once when a token names one that is not known. */
export class ProviderKeys {
  readonly #provider: IdentityProvider
  readonly #keys: RemoteJwks

  constructor(provider: IdentityProvider, platform: Platform) {
    this.#provider = provider
    this.#keys = new RemoteJwks({ issuer: provider.issuer, platform, maxAgeMs: JWKS_MAX_AGE_MS })
  }

  /**
   * The payload of what the provider has signed. Does not look at it.
   *
   * @param types The `typ` that it may have; the empty text for none.
   * @throws {AuthError} `federation_failed`; `provider_unavailable` where its keys cannot be had.
   */
  async verify(compact: string, types: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const { algorithms } = this.#provider
    const verify = (): Readonly<Record<string, unknown>> =>
      verifyJws(compact, this.#keys.current() ?? noKeys, { type: types, algorithms, maxLength: MAX_LENGTH }).payload
    try {
      return verify()
    } catch (error) {
      const { reason, kid } = error instanceof AuthError ? error.detail : {}
      if (reason !== 'unknown_key') throw this.#refusal(error)
      const found = await this.#keys.lookUp(String(kid))
      if (found === 'unknown')
        throw new AuthError('provider_unavailable', { provider: this.#provider.id, reason: 'keys' }, { cause: error })
      if (found === 'absent') throw this.#refusal(error)
    }
    try {
      return verify()
    } catch (error) {
      throw this.#refusal(error)
    }
  }

  #refusal(error: unknown): unknown {
    if (!(error instanceof AuthError)) return error
    return new AuthError('federation_failed', { provider: this.#provider.id, ...error.detail }, { cause: error })
  }
}
