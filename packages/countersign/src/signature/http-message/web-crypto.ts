import { encodeBase64 } from '../structured-field/index.ts'
import type { Sign } from './signature-template.ts'

/** What `subtle.sign` and `subtle.verify` want to be told for each algorithm of RFC 9421 section 3.3. */
export const webCryptoParameters: Readonly<Record<string, AlgorithmIdentifier | EcdsaParams | RsaPssParams>> = {
  'hmac-sha256': 'HMAC',
  ed25519: 'Ed25519',
  'ecdsa-p256-sha256': { name: 'ECDSA', hash: 'SHA-256' },
  'ecdsa-p384-sha384': { name: 'ECDSA', hash: 'SHA-384' },
  'rsa-pss-sha512': { name: 'RSA-PSS', saltLength: 64 },
  'rsa-v1_5-sha256': 'RSASSA-PKCS1-v1_5',
}

/**
 * Signs with a `CryptoKey`, in browsers and elsewhere; the key need not be extractable. The key itself decides on its hash where
 * WebCrypto ties it to the key (HMAC, RSA), so it must have been imported for this algorithm.
 *
 * @param algorithm A name of RFC 9421's registry.
 * @throws {RangeError} The algorithm is unknown.
 */
export function webCryptoSign(algorithm: string, key: CryptoKey): Sign {
  const wanted = Object.hasOwn(webCryptoParameters, algorithm) ? webCryptoParameters[algorithm] : undefined
  if (wanted === undefined) throw new RangeError('an algorithm that is not supported')
  const encoder = new TextEncoder()
  return async (base) => encodeBase64(new Uint8Array(await globalThis.crypto.subtle.sign(wanted, key, encoder.encode(base))))
}

/** The value of `Content-Digest` (RFC 9530 section 2), computed by WebCrypto. */
export async function webCryptoContentDigest(body: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha-256=:${encodeBase64(new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', body)))}:`
}
