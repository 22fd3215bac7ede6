import { treeKeyBytes, treeSignatureBytes } from './parameter.ts'
import { leafNumberOf, readTreeKey, type TreePublicKey, verifyTreeSignature, word } from './tree-key.ts'

/** RFC 8554 allows eight; a signature of more than two does not fit into the headers of a request. */
const MAX_LEVELS = 2
/** The count of levels stands before the key, and before the signature. */
const HEAD_BYTES = 4

/**
 * A public key of HSS (RFC 8554 section 6): a tree that signs messages, or one that signs the keys of further trees.
 *
 * Verifying says nothing of whether a leaf was used before: claim `leafOf` for that.
 */
export class HssPublicKey {
  readonly #top: TreePublicKey
  readonly #levels: number

  /** @throws {RangeError} The bytes are no such key, use another hash than SHA-256, or have more than two levels. */
  constructor(bytes: Uint8Array) {
    const levels = word(bytes, 0)
    const top = readTreeKey(bytes.subarray(HEAD_BYTES))
    if (top === undefined || levels < 1 || levels > MAX_LEVELS || bytes.byteLength !== HEAD_BYTES + treeKeyBytes(top.tree)) {
      throw new RangeError('not an HSS/LMS public key of SHA-256 with one or two levels')
    }
    this.#top = top
    this.#levels = levels
  }

  /**
   * Which leaf claims to have made a signature, counted over all trees.
   *
   * @returns `undefined` when the bytes are no signature of such a key.
   */
  leafOf(signature: Uint8Array): number | undefined {
    return this.#steps(signature)?.leafNumber
  }

  /** Whether the signature is right. Never throws on bad input. */
  verify(message: Uint8Array, signature: Uint8Array): boolean {
    const steps = this.#steps(signature)
    if (steps === undefined) return false
    return steps.path.every(({ key, signature: bytes, signedKey }) => verifyTreeSignature(key, signedKey ?? message, bytes))
  }

  /** Takes a signature apart, to its last byte. */
  #steps(bytes: Uint8Array): { readonly leafNumber: number; readonly path: readonly Step[] } | undefined {
    if (word(bytes, 0) !== this.#levels - 1) return undefined
    const path: Step[] = []
    let key = this.#top
    let leafNumber = 0
    let rest = bytes.subarray(HEAD_BYTES)
    for (let level = 1; ; level++) {
      const number = leafNumberOf(key, rest)
      if (number === undefined) return undefined
      leafNumber = leafNumber * 2 ** key.tree.height + number
      const end = treeSignatureBytes(key.tree, key.leaf)
      const signature = rest.subarray(0, end)
      rest = rest.subarray(end)
      if (level === this.#levels) return rest.byteLength === 0 ? { leafNumber, path: [...path, { key, signature }] } : undefined
      const next = readTreeKey(rest)
      if (next === undefined) return undefined
      const keyBytes = treeKeyBytes(next.tree)
      path.push({ key, signature, signedKey: rest.subarray(0, keyBytes) })
      rest = rest.subarray(keyBytes)
      key = next
    }
  }
}

interface Step {
  readonly key: TreePublicKey
  readonly signature: Uint8Array
  /** Of all but the last level: the key that it vouches for. */
  readonly signedKey?: Uint8Array
}
