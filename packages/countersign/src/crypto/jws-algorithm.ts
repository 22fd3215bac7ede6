import { constants, type KeyObject, type SignKeyObjectInput, sign, verify } from 'node:crypto'
import { decodeBase64url, encodeBase64url } from '../core/base64url.ts'
import { derOfP256Signature, P256_SIGNATURE_BYTES, p256SignatureOfDer } from './ecdsa-signature.ts'
import type { HmacKey } from './hmac.ts'
import { type JwsKey, requireCurve, requireRsa, requireSecret } from './key-requirement.ts'

/** What we sign and verify with (RFC 7518 section 3, RFC 8037). There is no `none`, nowhere. */
export type JwsAlgorithm = 'HS256' | 'ES256' | 'EdDSA' | 'RS256' | 'PS256'

export interface JwsAlgorithmRow {
  /** Whether the same secret signs and verifies (`mac`), or a private key signs and a public one verifies. */
  readonly kind: 'mac' | 'signature'
  /** Whether a signature takes ten times as long as one on a curve. */
  readonly isCostly: boolean
  /** @throws {RangeError} The key is of another kind, curve or too small for this algorithm. */
  readonly requireKey: (key: JwsKey) => void
  /** Signs the UTF-8 form of `input`; base64url. */
  readonly sign: (key: JwsKey, input: string) => string
  /** The same on another thread, where that is worth the way: for a server that signs much and must answer others meanwhile. */
  readonly signInBackground: (key: JwsKey, input: string) => Promise<string>
  /**
   * Whether what stands after the dot at `inputLength` is the one canonical base64url text of a valid signature of what stands before
   * it. Never throws on bad input. Takes the compact form whole: cutting it first costs HS256 a tenth.
   */
  readonly verify: (key: JwsKey, compact: string, inputLength: number) => boolean
}

const ED25519_SIGNATURE_BYTES = 64

/** One row per algorithm. Below this table nobody names one. */
export const jwsAlgorithms: Readonly<Record<JwsAlgorithm, JwsAlgorithmRow>> = Object.freeze({
  HS256: {
    kind: 'mac',
    isCostly: false,
    requireKey: requireSecret,
    sign: (key, input) => (key as HmacKey).base64url(input),
    signInBackground: async (key, input) => (key as HmacKey).base64url(input),
    verify: (key, compact, inputLength) => (key as HmacKey).vouchesFor(compact, inputLength),
  },
  ES256: {
    kind: 'signature',
    isCostly: false,
    requireKey: (key) => requireCurve(key, 'ec', 'prime256v1'),
    ...signer('sha256', keyObject, (der) => encodeBase64url(p256SignatureOfDer(der))),
    verify(key, compact, inputLength) {
      const bytes = signatureBytes(compact, inputLength, P256_SIGNATURE_BYTES)
      const der = bytes && derOfP256Signature(bytes)
      return der !== undefined && verify('sha256', inputBytes(compact, inputLength), key as KeyObject, der)
    },
  },
  EdDSA: {
    kind: 'signature',
    isCostly: false,
    requireKey: (key) => requireCurve(key, 'ed25519'),
    ...signer(null, keyObject, asItIs),
    verify(key, compact, inputLength) {
      const bytes = signatureBytes(compact, inputLength, ED25519_SIGNATURE_BYTES)
      return bytes !== undefined && verify(null, inputBytes(compact, inputLength), key as KeyObject, bytes)
    },
  },
  RS256: {
    kind: 'signature',
    isCostly: true,
    requireKey: (key) => requireRsa(key),
    ...signer('sha256', keyObject, asItIs),
    verify(key, compact, inputLength) {
      const bytes = signatureBytes(compact, inputLength)
      return bytes !== undefined && verify('sha256', inputBytes(compact, inputLength), key as KeyObject, bytes)
    },
  },
  PS256: {
    kind: 'signature',
    isCostly: true,
    requireKey: (key) => requireRsa(key),
    ...signer('sha256', pss, asItIs),
    verify(key, compact, inputLength) {
      const bytes = signatureBytes(compact, inputLength)
      return bytes !== undefined && verify('sha256', inputBytes(compact, inputLength), pss(key), bytes)
    },
  },
} satisfies Record<JwsAlgorithm, JwsAlgorithmRow>)

/** Whether a name out of a document or a configuration is one of the table's. */
export function isJwsAlgorithm(name: unknown): name is JwsAlgorithm {
  return typeof name === 'string' && Object.hasOwn(jwsAlgorithms, name)
}

type Signer = Pick<JwsAlgorithmRow, 'sign' | 'signInBackground'>

/** Signing with node:crypto, here or on its thread pool. */
function signer(
  digest: 'sha256' | null,
  keyInput: (key: JwsKey) => SignKeyObjectInput | KeyObject,
  encode: (signature: Buffer) => string,
): Signer {
  return {
    sign: (key, input) => encode(sign(digest, bytesOf(input), keyInput(key))),
    signInBackground: (key, input) =>
      new Promise((resolve, reject) => {
        sign(digest, bytesOf(input), keyInput(key), (error, signature) => (error === null ? resolve(encode(signature)) : reject(error)))
      }),
  }
}

function keyObject(key: JwsKey): KeyObject {
  return key as KeyObject
}

function asItIs(signature: Buffer): string {
  return signature.toString('base64url')
}

const bytesOf = (input: string): Buffer => Buffer.from(input)

const inputBytes = (compact: string, inputLength: number): Buffer => Buffer.from(compact.slice(0, inputLength))

/** RFC 7518 section 3.5: MGF1 with SHA-256, a salt as long as the hash. */
function pss(key: JwsKey): SignKeyObjectInput {
  return { key: key as KeyObject, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
}

/** The bytes of a canonical signature text, `undefined` for any other or for a length that no signature of this kind has. */
function signatureBytes(compact: string, inputLength: number, length?: number): Uint8Array | undefined {
  try {
    const bytes = decodeBase64url(compact.slice(inputLength + 1))
    return length === undefined || bytes.byteLength === length ? bytes : undefined
  } catch {
    return undefined
  }
}
