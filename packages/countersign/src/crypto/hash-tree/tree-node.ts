import { hash } from 'node:crypto'
import { IDENTIFIER_BYTES, type TreeParameters } from './parameter.ts'

const LEAF = 0x8282
const INNER = 0x8383

/** A node of the tree that stands over a leaf's public key (RFC 8554 section 5.3). */
export function leafNode(tree: TreeParameters, identifier: Uint8Array, place: number, publicKey: Uint8Array): Uint8Array {
  return node(tree, identifier, place, LEAF, [publicKey])
}

export function innerNode(tree: TreeParameters, identifier: Uint8Array, place: number, left: Uint8Array, right: Uint8Array): Uint8Array {
  return node(tree, identifier, place, INNER, [left, right])
}

function node(tree: TreeParameters, identifier: Uint8Array, place: number, use: number, parts: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(IDENTIFIER_BYTES + 6)
  head.set(identifier)
  head.writeUInt32BE(place, IDENTIFIER_BYTES)
  head.writeUInt16BE(use, IDENTIFIER_BYTES + 4)
  return hash('sha256', Buffer.concat([head, ...parts]), 'buffer').subarray(0, tree.hashBytes)
}
