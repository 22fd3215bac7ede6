import { decodeBase64url, decodeUtf8 } from '../core/base64url.ts'
import { isJsonObject, parseBase64urlJsonObject, parseJsonObject } from '../core/json.ts'

/** A key made for one delivery: what is encrypted to it only this process can read. */
export interface Recipient {
  /** For `deliver_to`. */
  readonly publicKey: Readonly<Record<string, string>>
  /**
   * The document of a JWE in compact form (RFC 7516: ECDH-ES, A256GCM).
   *
   * @throws {TypeError} It is none, or not to this key.
   */
  open(jwe: string): Promise<Readonly<Record<string, unknown>>>
}

const CURVE: EcKeyGenParams = { name: 'ECDH', namedCurve: 'P-256' }
const ENCRYPTION = 'A256GCM'
const KEY_BITS = 256
const TAG_BYTES = 16
const NONCE_BYTES = 12
const MAX_CHARACTERS = 65_536

/** The private half never leaves the process's WebCrypto. */
export async function newRecipient(): Promise<Recipient> {
  const { subtle } = globalThis.crypto
  const pair = await subtle.generateKey(CURVE, false, ['deriveBits'])
  const { kty = '', crv = '', x = '', y = '' } = await subtle.exportKey('jwk', pair.publicKey)
  return {
    publicKey: { kty, crv, x, y },
    async open(jwe) {
      try {
        return await open(jwe, pair.privateKey)
      } catch {
        // What the platform says tells nothing more.
        throw new TypeError('the delivery cannot be opened: it is not encrypted to this key')
      }
    },
  }
}

async function open(jwe: string, privateKey: CryptoKey): Promise<Readonly<Record<string, unknown>>> {
  const [header = '', wrapped, nonce = '', ciphertext = '', tag = '', ...rest] = jwe.split('.')
  const { alg, enc, epk, apu, apv } = parseBase64urlJsonObject(header)
  const isOurs = alg === 'ECDH-ES' && enc === ENCRYPTION && apu === undefined && apv === undefined && isJsonObject(epk)
  if (!isOurs || wrapped !== '' || rest.length > 0 || jwe.length > MAX_CHARACTERS) throw new TypeError('another form')
  const key = await contentKey(privateKey, epk)
  const [iv, body, mac] = [nonce, ciphertext, tag].map((part) => decodeBase64url(part))
  if (iv?.byteLength !== NONCE_BYTES || mac?.byteLength !== TAG_BYTES || body === undefined) throw new TypeError('another form')
  const sealed = new Uint8Array([...body, ...mac])
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(iv), additionalData: new TextEncoder().encode(header), tagLength: TAG_BYTES * 8 }
  const plaintext = await globalThis.crypto.subtle.decrypt(algorithm, key, sealed)
  return parseJsonObject(decodeUtf8(new Uint8Array(plaintext)))
}

/** The agreed secret through the Concat KDF (RFC 7518 section 4.6.2), with neither party named: one round of SHA-256. */
async function contentKey(privateKey: CryptoKey, { kty, crv, x, y }: Readonly<Record<string, unknown>>): Promise<CryptoKey> {
  const { subtle } = globalThis.crypto
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string') throw new TypeError('another curve')
  const theirs = await subtle.importKey('jwk', { kty, crv, x, y }, CURVE, false, [])
  const agreed = new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: theirs }, privateKey, KEY_BITS))
  const name = new TextEncoder().encode(ENCRYPTION)
  const numbers = [1, name.length, 0, 0, KEY_BITS].map(fourBytes)
  const [round = [], length = [], partyU = [], partyV = [], bits = []] = numbers
  const derived = await subtle.digest('SHA-256', new Uint8Array([...round, ...agreed, ...length, ...name, ...partyU, ...partyV, ...bits]))
  return subtle.importKey('raw', derived, 'AES-GCM', false, ['decrypt'])
}

const fourBytes = (value: number): readonly number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
