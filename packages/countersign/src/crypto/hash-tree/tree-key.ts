import { equalBytes } from '../constant-time.ts'
import { HashChains } from './hash-chain.ts'
import {
  IDENTIFIER_BYTES,
  type LeafParameters,
  leafParametersOf,
  leafSignatureBytes,
  treeKeyBytes,
  type TreeParameters,
  treeParametersOf,
  treeSignatureBytes,
} from './parameter.ts'
import { innerNode, leafNode } from './tree-node.ts'

/** The public key of one tree: LMS (RFC 8554 section 5.3). */
export interface TreePublicKey {
  readonly tree: TreeParameters
  readonly leaf: LeafParameters
  readonly identifier: Uint8Array
  readonly root: Uint8Array
}

/** @returns what the bytes start with; `undefined` when that is no public key of a known kind. */
export function readTreeKey(bytes: Uint8Array): TreePublicKey | undefined {
  const tree = treeParametersOf(word(bytes, 0))
  const leaf = leafParametersOf(word(bytes, 4))
  if (tree === undefined || leaf === undefined || tree.hashBytes !== leaf.hashBytes) return undefined
  const end = treeKeyBytes(tree)
  if (bytes.byteLength < end) return undefined
  return { tree, leaf, identifier: bytes.slice(8, 8 + IDENTIFIER_BYTES), root: bytes.slice(8 + IDENTIFIER_BYTES, end) }
}

/** Which leaf claims to have made the signature that the bytes start with. @returns `undefined` when they start with none of this key's. */
export function leafNumberOf({ tree, leaf }: TreePublicKey, bytes: Uint8Array): number | undefined {
  if (bytes.byteLength < treeSignatureBytes(tree, leaf)) return undefined
  const number = word(bytes, 0)
  const isOurs = word(bytes, 4) === leaf.type && word(bytes, 4 + leafSignatureBytes(leaf)) === tree.type
  return isOurs && number < 2 ** tree.height ? number : undefined
}

/** Whether the bytes start with a signature of the message (RFC 8554 sections 4.6 and 5.4.2). Never throws on bad input. */
export function verifyTreeSignature(key: TreePublicKey, message: Uint8Array, bytes: Uint8Array): boolean {
  const { tree, leaf, identifier, root } = key
  const number = leafNumberOf(key, bytes)
  if (number === undefined) return false
  const { hashBytes } = tree
  let node = leafNode(tree, identifier, 2 ** tree.height + number, leafKeyOf(key, number, message, bytes.subarray(8)))
  let place = 2 ** tree.height + number
  for (let at = 8 + leafSignatureBytes(leaf); place > 1; at += hashBytes, place >>= 1) {
    const sibling = bytes.subarray(at, at + hashBytes)
    node =
      (place & 1) === 1 ? innerNode(tree, identifier, place >> 1, sibling, node) : innerNode(tree, identifier, place >> 1, node, sibling)
  }
  return equalBytes(node, root)
}

/** The public key of the leaf, if it has signed this message. */
function leafKeyOf({ leaf, identifier }: TreePublicKey, number: number, message: Uint8Array, bytes: Uint8Array): Uint8Array {
  const { hashBytes, chainBits } = leaf
  const chains = new HashChains(leaf, identifier, number)
  const last = 2 ** chainBits - 1
  const digits = chains.digits(bytes.subarray(0, hashBytes), message)
  const ends = digits.map((digit, chain) => {
    const at = hashBytes * (1 + chain)
    return chains.walk(chain, digit, last, bytes.subarray(at, at + hashBytes))
  })
  return chains.publicKey(ends)
}

/** Big-endian; -1 beyond the end, which is no type and no number. */
export function word(bytes: Uint8Array, at: number): number {
  if (bytes.byteLength < at + 4) return -1
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at)
}
