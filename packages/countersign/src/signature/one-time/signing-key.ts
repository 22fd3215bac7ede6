import { encodeBase64url } from '../../core/base64url.ts'
import type { Random } from '../../core/platform.ts'
import { hkdfSha256, IDENTIFIER_BYTES, publicMembersOf, SigningTree, SLH_DSA, signSlhDsa, slhDsaKeyFromPkcs8 } from '../../crypto/index.ts'
import { MAX_LEAVES, type OneTimeAlgorithm } from './public-key.ts'

/** The private half, on the device. */
export interface OneTimeSigningKey {
  readonly algorithm: OneTimeAlgorithm
  /** How many messages it can sign in all. */
  readonly leaves: number
  /** What is enrolled as a public access key. */
  readonly publicJwk: Readonly<Record<'kty' | 'alg' | 'pub', string>>
  /**
   * **Two signatures of one leaf of a tree give the key away.** `createOneTimeSigner` keeps count.
   *
   * @throws {RangeError} There is no such leaf.
   */
  sign(leaf: number, text: string, random: Random): Promise<Uint8Array>
}

export interface OneTimeKeyOptions {
  /** How many messages the key can sign: 32 or 1024. Default 1024. */
  readonly leaves?: 32 | 1024
  /**
   * What one hash chain signs: with 8 bits a signature has about 1,500 bytes and takes ten times the hashes of 4 bits, with which it has
   * about 2,500. Default 4.
   */
  readonly chainBits?: 4 | 8
  /** SHA-256 of a file that both sides hold, such as the build of an application: another file makes another key. */
  readonly fileSha256?: Uint8Array
  /** The how-manyth key of this secret it is: the next one when the last one's leaves are used up. Default 1. */
  readonly generation?: number
}

const MIN_SECRET_BYTES = 32
const SHA256_BYTES = 32
const HASH_BYTES = 32

/**
 * Makes a key of LMS (RFC 8554, SHA-256) from a secret: always the same one, so that the secret is all that rests on the device. With 1024
 * leaves it takes a second with 4 bits a chain, ten with 8.
 *
 * A server that has the secret and the file makes the same key, and learns the public half without being told; it could sign as well.
 *
 * @param secret At least 32 random bytes. A file that many people have does not replace it.
 * @throws {RangeError} The secret or the digest has a wrong length, or an option is none of those above.
 */
export function oneTimeKey(secret: Uint8Array, options: OneTimeKeyOptions = {}): OneTimeSigningKey {
  const { leaves = 1024, chainBits = 4, fileSha256 = new Uint8Array(0), generation = 1 } = options
  if (secret.byteLength < MIN_SECRET_BYTES) throw new RangeError(`the secret of a one-time key has at least ${MIN_SECRET_BYTES} bytes`)
  if (fileSha256.byteLength !== 0 && fileSha256.byteLength !== SHA256_BYTES) throw new RangeError('fileSha256 must be 32 bytes')
  if (!Number.isSafeInteger(generation) || generation < 1) throw new RangeError('generation must be a whole number from 1')
  if ((leaves !== 32 && leaves !== 1024) || (chainBits !== 4 && chainBits !== 8))
    throw new RangeError('a key of a kind that is not made here')
  const made = hkdfSha256(secret, `countersign/one-time/1/${leaves}/${chainBits}/${generation}`, IDENTIFIER_BYTES + HASH_BYTES, fileSha256)
  const tree = new SigningTree({
    identifier: made.subarray(0, IDENTIFIER_BYTES),
    seed: made.subarray(IDENTIFIER_BYTES),
    tree: leaves === 32 ? 'SHA256_M32_H5' : 'SHA256_M32_H10',
    leaf: chainBits === 4 ? 'SHA256_N32_W4' : 'SHA256_N32_W8',
  })
  return Object.freeze({
    algorithm: 'HSS-LMS',
    leaves,
    publicJwk: Object.freeze({ kty: 'AKP', alg: 'HSS-LMS', pub: encodeBase64url(tree.publicKey()) }),
    sign: async (leaf: number, text: string, random: Random) => tree.sign(leaf, utf8.encode(text), random),
  })
}

/**
 * A key of SLH-DSA (FIPS 205), which survives that a count is lost: its signatures are three times as long, and take a second.
 *
 * @param pkcs8 DER, as `node:crypto` exports it.
 * @throws {RangeError} No such key, or this runtime has no SLH-DSA.
 */
export function slhDsaOneTimeKey(pkcs8: Uint8Array): OneTimeSigningKey {
  const key = slhDsaKeyFromPkcs8(pkcs8)
  const { pub } = publicMembersOf(key)
  return Object.freeze({
    algorithm: SLH_DSA,
    leaves: MAX_LEAVES,
    publicJwk: Object.freeze({ kty: 'AKP', alg: SLH_DSA, pub: String(pub) }),
    sign: (_leaf: number, text: string) => signSlhDsa(key, utf8.encode(text)),
  })
}

const utf8 = new TextEncoder()
