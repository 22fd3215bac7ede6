import { constants, createPublicKey, type KeyObject, type SignKeyObjectInput, sign, verify } from 'node:crypto'
import { derOfP256Signature, p256SignatureOfDer } from './ecdsa-signature.ts'
import { equalAscii } from './constant-time.ts'
import type { HmacKey } from './hmac.ts'
import { type JwsKey, requireCurve, requireRsa, requireSecret } from './key-requirement.ts'

/** RFC 9421 section 3.3; the names are those of its registry. */
export type HttpSignatureAlgorithm =
  | 'hmac-sha256'
  | 'ed25519'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p384-sha384'
  | 'rsa-pss-sha512'
  | 'rsa-v1_5-sha256'

export interface HttpSignatureAlgorithmRow {
  /** @throws {RangeError} The key is of another kind, curve or too small for this algorithm. */
  readonly requireKey: (key: JwsKey) => void
  /** Signs a text that is ASCII (RFC 9421 section 2.5); padded base64. @throws {RangeError} It is not. */
  readonly sign: (key: JwsKey, base: string) => string
  /** Whether `signature` is the canonical base64 of a valid signature of a text that is ASCII. Never throws on bad input. */
  readonly verify: (key: JwsKey, base: string, signature: string) => boolean
}

/** RFC 9421 section 3.3.1: the salt has 64 bytes, as the hash. */
const PSS: Options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
/** RFC 9421 section 3.3.5: r and s, one after the other. Rare enough to let Node convert them. */
const RAW: Options = { dsaEncoding: 'ieee-p1363' }
const ED25519_SIGNATURE_BYTES = 64
const P384_SIGNATURE_BYTES = 96

/** One row per algorithm. Below this table nobody names one. */
export const httpSignatureAlgorithms: Readonly<Record<HttpSignatureAlgorithm, HttpSignatureAlgorithmRow>> = Object.freeze({
  'hmac-sha256': {
    requireKey: requireSecret,
    sign: (key, base) => requireAscii((key as HmacKey).textOfAscii(base, 'base64')),
    verify(key, base, signature) {
      const mac = (key as HmacKey).textOfAscii(base, 'base64')
      return mac !== undefined && equalAscii(mac, signature)
    },
  },
  ed25519: signature((key) => requireCurve(key, 'ed25519'), null, {}, ofLength(ED25519_SIGNATURE_BYTES)),
  'ecdsa-p256-sha256': signature((key) => requireCurve(key, 'ec', 'prime256v1'), 'sha256', {}, derOfP256Signature, p256SignatureOfDer),
  'ecdsa-p384-sha384': signature((key) => requireCurve(key, 'ec', 'secp384r1'), 'sha384', RAW, ofLength(P384_SIGNATURE_BYTES)),
  'rsa-pss-sha512': signature((key) => requireRsa(key, ['rsa', 'rsa-pss']), 'sha512', PSS, asItIs),
  'rsa-v1_5-sha256': signature((key) => requireRsa(key), 'sha256', {}, asItIs),
} satisfies Record<HttpSignatureAlgorithm, HttpSignatureAlgorithmRow>)

type Options = Pick<SignKeyObjectInput, 'padding' | 'saltLength' | 'dsaEncoding'>

/**
 * A row of an algorithm with public keys.
 *
 * @param toOpenSsl The signature as OpenSSL takes it; `undefined` for what cannot be one.
 * @param fromOpenSsl The signature as RFC 9421 wants it.
 */
function signature(
  requireKey: (key: JwsKey) => void,
  digest: string | null,
  options: Options,
  toOpenSsl: (bytes: Uint8Array) => Uint8Array | undefined,
  fromOpenSsl: (bytes: Uint8Array) => Uint8Array = asItIs,
): HttpSignatureAlgorithmRow {
  const keyInput = (key: JwsKey): SignKeyObjectInput => ({ key: key as KeyObject, ...options })
  return {
    requireKey,
    sign: (key, base) => Buffer.from(fromOpenSsl(sign(digest, requireAscii(asciiBytes(base)), keyInput(key)))).toString('base64'),
    verify(key, base, presented) {
      const bytes = canonicalBytes(presented)
      const openSsl = bytes && toOpenSsl(bytes)
      const text = asciiBytes(base)
      return openSsl !== undefined && text !== undefined && verify(digest, text, keyInput(key), openSsl)
    },
  }
}

function asItIs(bytes: Uint8Array): Uint8Array {
  return bytes
}

function ofLength(length: number): (bytes: Uint8Array) => Uint8Array | undefined {
  return (bytes) => (bytes.byteLength === length ? bytes : undefined)
}

/** Whether a name out of a document or a configuration is one of the table's. */
export function isHttpSignatureAlgorithm(name: unknown): name is HttpSignatureAlgorithm {
  return typeof name === 'string' && Object.hasOwn(httpSignatureAlgorithms, name)
}

/** @throws {RangeError} The members are no public key that fits the algorithm (not on the curve, too small), or hold a private one. */
export function publicHttpSignatureKey(algorithm: HttpSignatureAlgorithm, jwk: Readonly<Record<string, unknown>>): JwsKey {
  const key = publicKeyOf(jwk)
  httpSignatureAlgorithms[algorithm].requireKey(key)
  return key
}

function publicKeyOf(jwk: Readonly<Record<string, unknown>>): KeyObject {
  if (Object.hasOwn(jwk, 'd')) throw new RangeError('a public JWK holds a private member')
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    // OpenSSL's message may say something of the bytes.
    throw new RangeError('not a key')
  }
}

/** `undefined` for all but the one canonical text: with a second spelling, one signature would pass a replay claim twice. */
function canonicalBytes(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

function asciiBytes(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text)
  return bytes.byteLength === text.length ? bytes : undefined
}

function requireAscii<Made>(made: Made | undefined): Made {
  if (made === undefined) throw new RangeError('a text to be signed that is not ASCII')
  return made
}
