import type { Random } from 'countersign/core'
import { decodeBase64url, encodeBase64url, parseJsonBytes } from 'countersign/core'
import { hmacKey, hmacSha256, seal, unseal } from 'countersign/crypto'
import { type AccessTokenClaims, OPAQUE_TOKEN_PREFIX } from 'countersign/token'
import type { MasterSecret } from '../signing/master-secret.ts'

const PURPOSE = 'opaque-access-token/1'
const ID_PREFIX = 'jti_'
/** As long as an access token may be. */
const MAXIMUM_LENGTH = 8192
const form = /^cs_at_([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]+)$/

/**
 * Opaque access tokens, `cs_at_` + id + `.` + the sealed claims: nobody but the issuer can read them, nothing of them is stored, and so
 * nothing has to be removed. The database alone forges nothing.
 *
 * Each token is sealed under a key of its own, derived from its id, so that no number of tokens wears the key out.
 */
export class OpaqueTokens {
  readonly #secret: MasterSecret
  readonly #random: Random

  constructor(secret: MasterSecret, random: Random) {
    this.#secret = secret
    this.#random = random
  }

  /** @throws {RangeError} for a `jti` that is none of ours. */
  seal(claims: AccessTokenClaims): string {
    const id = claims.jti.slice(ID_PREFIX.length)
    const [newest] = this.#keysFor(id)
    if (newest === undefined || !form.test(`${OPAQUE_TOKEN_PREFIX}${id}.x`)) throw new RangeError('an opaque token needs a jti of ours')
    const sealed = seal(newest, new TextEncoder().encode(JSON.stringify(claims)), contextOf(id), this.#random)
    return `${OPAQUE_TOKEN_PREFIX}${id}.${encodeBase64url(sealed)}`
  }

  /**
   * Reads what we have sealed.
   *
   * Does not check the claims (time, revocation).
   *
   * @returns `undefined` for everything that we have not sealed.
   */
  open(token: string): Readonly<Record<string, unknown>> | undefined {
    const [, id, body] = (token.length <= MAXIMUM_LENGTH && form.exec(token)) || []
    if (id === undefined || body === undefined) return undefined
    let plaintext: Uint8Array
    try {
      plaintext = unseal(this.#keysFor(id), decodeBase64url(body), contextOf(id))
    } catch {
      return undefined
    }
    // Sealed by us, so it is the object that we made.
    return parseJsonBytes(plaintext) as Readonly<Record<string, unknown>>
  }

  /** One for each master secret of the list: the first seals, all open. */
  #keysFor(id: string): readonly Uint8Array[] {
    return this.#secret.purposeKeys(PURPOSE).map(({ key }) => hmacSha256(hmacKey(key), id))
  }
}

const contextOf = (id: string): string => `access-token:${id}`
