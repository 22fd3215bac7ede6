import { createPublicKey, type KeyObject } from 'node:crypto'
import { signPromptly } from 'countersign/crypto'
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
    return Buffer.from(await signPromptly(algorithm, privateKey, input), 'base64url')
  }
}
