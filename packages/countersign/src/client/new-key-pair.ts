/** A private key that does not leave its place, and what to register of it. */
export interface NewKeyPair {
  readonly privateKey: CryptoKey
  /** For `public_key` of `POST /v1/access-keys`. */
  readonly publicKey: Readonly<Record<string, string>>
}

/** Of a new key as of one that it replaces. */
export type KeyPairAlgorithm = 'Ed25519' | EcKeyGenParams | RsaHashedKeyGenParams

const P256: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' }
const jwkMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const
const rsaNames: Readonly<Record<string, string>> = { 'RSA-PSS': 'PS512', 'RSASSA-PKCS1-v1_5': 'RS256' }

/**
 * Makes a key pair in this browser or process. The private key cannot be exported; keep it with `openKeyStore`.
 *
 * @param algorithm Default ECDSA on P-256, which every WebCrypto has.
 */
export async function newKeyPair(algorithm: KeyPairAlgorithm = P256): Promise<NewKeyPair> {
  const { subtle } = globalThis.crypto
  const pair = await subtle.generateKey(algorithm as EcKeyGenParams, false, ['sign', 'verify'])
  const jwk = await subtle.exportKey('jwk', pair.publicKey)
  const members = jwkMembers.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]] as const]))
  const alg = rsaNames[pair.publicKey.algorithm.name]
  return { privateKey: pair.privateKey, publicKey: Object.fromEntries(alg === undefined ? members : [...members, ['alg', alg]]) }
}
