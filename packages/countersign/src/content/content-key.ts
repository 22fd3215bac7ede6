import { encodeBase64url } from '../core/base64url.ts'
import { isJsonObject } from '../core/json.ts'

/** What contents are signed with: one key, one algorithm. */
export type ContentAlgorithm = 'EdDSA' | 'ES256'

/** A public key, as it stands in a JWK Set (RFC 7517 section 5). */
export interface ContentPublicJwk {
  readonly kty: 'OKP' | 'EC'
  readonly crv: 'Ed25519' | 'P-256'
  readonly x: string
  readonly y?: string
  /** The thumbprint of the key (RFC 7638). */
  readonly kid: string
  readonly alg: ContentAlgorithm
  readonly use: 'sig'
}

export interface ContentSigningKey {
  readonly publicJwk: ContentPublicJwk
  readonly privateKey: CryptoKey
}

export interface ContentKeySet {
  readonly keys: readonly unknown[]
}

interface Form {
  readonly algorithm: ContentAlgorithm
  readonly key: AlgorithmIdentifier | EcKeyImportParams
  readonly signature: AlgorithmIdentifier | EcdsaParams
}

const ed25519: Form = { algorithm: 'EdDSA', key: 'Ed25519', signature: 'Ed25519' }
const p256: Form = {
  algorithm: 'ES256',
  key: { name: 'ECDSA', namedCurve: 'P-256' },
  signature: { name: 'ECDSA', hash: 'SHA-256' },
}
const MAX_KEYS = 64

const formOf = (kty: unknown, crv: unknown): Form | undefined => {
  if (kty === 'OKP' && crv === 'Ed25519') return ed25519
  return kty === 'EC' && crv === 'P-256' ? p256 : undefined
}

/**
 * The private key in a JWK (RFC 7517), Ed25519 or P-256.
 *
 * @throws {TypeError} It is none. Never repeats it.
 */
export async function contentSigningKey(jwk: unknown): Promise<ContentSigningKey> {
  const form = isJsonObject(jwk) ? formOf(jwk['kty'], jwk['crv']) : undefined
  if (form === undefined || !isJsonObject(jwk) || typeof jwk['d'] !== 'string') throw new TypeError('not a private Ed25519 or P-256 key')
  const { kty, crv, x, y, d } = jwk as JsonWebKey
  const members: JsonWebKey = { kty, crv, x, d, ...(y === undefined ? {} : { y }) } as JsonWebKey
  try {
    const privateKey = await globalThis.crypto.subtle.importKey('jwk', members, form.key, false, ['sign'])
    return Object.freeze({ privateKey, publicJwk: await publicJwkOf(members, form) })
  } catch {
    throw new TypeError('not a private Ed25519 or P-256 key')
  }
}

/** A new Ed25519 key, as a private JWK: whoever has it signs. */
export async function newContentKey(): Promise<JsonWebKey> {
  const { subtle } = globalThis.crypto
  const pair = await subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new TypeError('a key pair was awaited')
  const { kty, crv, x, d } = await subtle.exportKey('jwk', pair.privateKey)
  return { kty, crv, x, d } as JsonWebKey
}

/** Signs text. @returns base64url. */
export async function signText({ privateKey, publicJwk }: ContentSigningKey, text: string): Promise<string> {
  const { signature } = publicJwk.alg === 'EdDSA' ? ed25519 : p256
  const bytes = await globalThis.crypto.subtle.sign(signature, privateKey, new TextEncoder().encode(text))
  return encodeBase64url(new Uint8Array(bytes))
}

/** Whether one key of the set, by its name and its own algorithm, has signed the text. */
export async function isSignedBy(
  { keys }: ContentKeySet,
  named: SignedAs,
  text: string,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const jwk = keys.slice(0, MAX_KEYS).find((key) => isJsonObject(key) && key['kid'] === named.kid)
  if (!isJsonObject(jwk) || Object.hasOwn(jwk, 'd')) return false
  const { kty, crv, x, y, alg, use } = jwk
  const form = formOf(kty, crv)
  const isFit =
    form?.algorithm === named.algorithm && (alg === undefined || alg === named.algorithm) && (use === undefined || use === 'sig')
  if (form === undefined || !isFit) return false
  try {
    const members = { kty, crv, x, ...(y === undefined ? {} : { y }) } as JsonWebKey
    const key = await globalThis.crypto.subtle.importKey('jwk', members, form.key, false, ['verify'])
    return await globalThis.crypto.subtle.verify(form.signature, key, signature, new TextEncoder().encode(text))
  } catch {
    // A key that is none has signed nothing.
    return false
  }
}

export interface SignedAs {
  readonly kid: string
  readonly algorithm: ContentAlgorithm
}

async function publicJwkOf({ kty, crv, x = '', y }: JsonWebKey, { algorithm }: Form): Promise<ContentPublicJwk> {
  // RFC 7638 section 3.2: the required members in the order of their names.
  const required = JSON.stringify(y === undefined ? { crv, kty, x } : { crv, kty, x, y })
  const digest = await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(required))
  const kid = encodeBase64url(new Uint8Array(digest))
  // Both were looked at by `formOf`.
  return Object.freeze({ kty, crv, x, ...(y === undefined ? {} : { y }), kid, alg: algorithm, use: 'sig' }) as ContentPublicJwk
}
