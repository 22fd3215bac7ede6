import { createPublicKey, type KeyObject } from 'node:crypto'
import { jwsAlgorithms } from 'countersign/crypto'
import type { PublicJwk, SigningKey } from 'countersign/key'
import { ExternalSigningKey } from 'oidc-provider'

/** A key of our ring as the protocol library takes it: the private half stays with us. */
export class RingKey extends ExternalSigningKey {
  readonly #public: KeyObject
  readonly #signer: SigningKey | undefined

  /** @param signer Undefined for a key that only verifies, or does not sign yet. */
  constructor(published: PublicJwk, signer: SigningKey | undefined) {
    super()
    this.#public = createPublicKey({ key: { ...published }, format: 'jwk' })
    this.#signer = signer
    Object.assign(this, { kid: published.kid, alg: published.alg })
  }

  override keyObject(): KeyObject {
    return this.#public
  }

  override async sign(data: Uint8Array): Promise<Uint8Array> {
    if (this.#signer === undefined) throw new Error('this key does not sign')
    const { algorithm, privateKey } = this.#signer
    const input = Buffer.from(data).toString('utf8')
    const { sign, signInBackground, isCostly } = jwsAlgorithms[algorithm]
    // Tokens are signed one by one here: to wake a thread for each takes longer than a signature on a curve.
    const signature = isCostly ? await signInBackground(privateKey, input) : sign(privateKey, input)
    return Buffer.from(signature, 'base64url')
  }
}
