import type { EpochSeconds } from '../core/platform.ts'
import { type Sign, webCryptoSign } from '../signature/signer.ts'

/** An access key with a secret. */
export interface SecretCredential {
  readonly keyId: string
  /** `cs_sk_…`, or what `hiddenSecret` has made of it. */
  readonly secret: string | CryptoKey
}

/** An access key whose public half is registered with the issuer. */
export interface PrivateKeyCredential {
  readonly keyId: string
  /** Ed25519, ECDSA on P-256 or P-384, RSA-PSS with SHA-512 or RSASSA-PKCS1-v1_5 with SHA-256; it need not be extractable. */
  readonly privateKey: CryptoKey
}

/** With what a client signs its requests. IndexedDB takes it as it is: see `openKeyStore`. */
export type SigningCredential = SecretCredential | PrivateKeyCredential

/** One key as it signs at one time. */
export interface Signer {
  /** As on the wire: the key of a day is named by its day. */
  readonly keyId: string
  readonly sign: Sign
}

const KEY_BITS = 256

/**
 * Makes a secret unreadable: what comes back derives keys, and no script gets the secret out of it again.
 *
 * @param secret `cs_sk_…`
 */
export function hiddenSecret(secret: string): Promise<CryptoKey> {
  return globalThis.crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'HKDF', false, ['deriveKey'])
}

/** Signs with one credential for as long as it is used. Keeps the key of the day. */
export class CredentialSigner {
  readonly #credential: SigningCredential
  #day: { readonly name: string; readonly signer: Promise<Signer> } | undefined

  /** @throws {RangeError} A private key of a kind that signs no HTTP messages. */
  constructor(credential: SigningCredential) {
    this.#credential = credential
    if ('privateKey' in credential) algorithmOf(credential.privateKey)
  }

  at(created: EpochSeconds): Promise<Signer> {
    const credential = this.#credential
    if ('privateKey' in credential) {
      const { keyId, privateKey } = credential
      return Promise.resolve({ keyId, sign: webCryptoSign(algorithmOf(privateKey), privateKey) })
    }
    const name = new Date(created * 1000).toISOString().slice(0, 10).replaceAll('-', '')
    if (this.#day?.name !== name) this.#day = { name, signer: daySigner(credential, name) }
    return this.#day.signer
  }
}

/** As `deriveMessageDayKey` and `dayKeyId` of the verifying side. */
async function daySigner({ keyId, secret }: SecretCredential, day: string): Promise<Signer> {
  const root = typeof secret === 'string' ? await hiddenSecret(secret) : secret
  const info = new TextEncoder().encode(`countersign/http-message/1/${day}`)
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: KEY_BITS }
  const key = await globalThis.crypto.subtle.deriveKey(derivation, root, hmac, false, ['sign'])
  return { keyId: `${keyId}/${day}`, sign: webCryptoSign('hmac-sha256', key) }
}

const algorithms: Readonly<Record<string, string>> = {
  Ed25519: 'ed25519',
  'ECDSA P-256': 'ecdsa-p256-sha256',
  'ECDSA P-384': 'ecdsa-p384-sha384',
  'RSA-PSS SHA-512': 'rsa-pss-sha512',
  'RSASSA-PKCS1-v1_5 SHA-256': 'rsa-v1_5-sha256',
}

/** RFC 9421's name of what a key of WebCrypto is for. @throws {RangeError} */
function algorithmOf({ algorithm }: CryptoKey): string {
  const { name, namedCurve, hash } = algorithm as Partial<EcKeyAlgorithm & RsaHashedKeyAlgorithm>
  const known = algorithms[[name, namedCurve ?? hash?.name].filter(Boolean).join(' ')]
  if (known === undefined) throw new RangeError('a private key of a kind that signs no HTTP messages')
  return known
}
