import { encodeBase64url } from 'countersign/core'
import { hmacKey, hmacSha256, type HmacKey } from 'countersign/crypto'
import type { MasterSecret } from '../signing/index.ts'

/**
 * Refresh tokens of clients, each computed from the one before and a key that the database does not hold: whoever asks twice gets the same
 * successor.
 */
export class RefreshSuccessors {
  readonly #keys: readonly HmacKey[]

  constructor(secret: MasterSecret) {
    this.#keys = secret.purposeKeys('oauth-refresh/1').map(({ key }) => hmacKey(key))
  }

  of(refreshToken: string): string {
    const [key] = this.#keys
    if (key === undefined) throw new Error('a master secret without secrets')
    return encodeBase64url(hmacSha256(key, refreshToken))
  }
}
