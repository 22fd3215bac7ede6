/** How one leaf signs: LM-OTS (RFC 8554 section 4.1, NIST SP 800-208 section 4). */
export interface LeafParameters {
  readonly type: number
  /** Bytes of a hash: 32, or 24 of SHA-256/192. */
  readonly hashBytes: 24 | 32
  /** Bits that one chain signs. */
  readonly chainBits: 1 | 2 | 4 | 8
  readonly chains: number
  readonly checksumShift: number
}

/** The tree over the leaves: LMS (RFC 8554 section 5.1, NIST SP 800-208 section 4). */
export interface TreeParameters {
  readonly type: number
  readonly hashBytes: 24 | 32
  readonly height: number
}

/** The names of their registry (IANA, Leighton-Micali Signatures). */
export type LeafParameterName = 'SHA256_N32_W1' | 'SHA256_N32_W2' | 'SHA256_N32_W4' | 'SHA256_N32_W8' | SmallLeafParameterName
type SmallLeafParameterName = 'SHA256_N24_W1' | 'SHA256_N24_W2' | 'SHA256_N24_W4' | 'SHA256_N24_W8'
export type TreeParameterName =
  | 'SHA256_M32_H5'
  | 'SHA256_M32_H10'
  | 'SHA256_M32_H15'
  | 'SHA256_M32_H20'
  | 'SHA256_M32_H25'
  | 'SHA256_M24_H5'
  | 'SHA256_M24_H10'
  | 'SHA256_M24_H15'
  | 'SHA256_M24_H20'
  | 'SHA256_M24_H25'

const leaf = (
  type: number,
  hashBytes: 24 | 32,
  chainBits: LeafParameters['chainBits'],
  chains: number,
  checksumShift: number,
): LeafParameters => Object.freeze({ type, hashBytes, chainBits, chains, checksumShift })

const tree = (type: number, hashBytes: 24 | 32, height: number): TreeParameters => Object.freeze({ type, hashBytes, height })

export const leafParameters: Readonly<Record<LeafParameterName, LeafParameters>> = Object.freeze({
  SHA256_N32_W1: leaf(1, 32, 1, 265, 7),
  SHA256_N32_W2: leaf(2, 32, 2, 133, 6),
  SHA256_N32_W4: leaf(3, 32, 4, 67, 4),
  SHA256_N32_W8: leaf(4, 32, 8, 34, 0),
  SHA256_N24_W1: leaf(5, 24, 1, 200, 8),
  SHA256_N24_W2: leaf(6, 24, 2, 101, 6),
  SHA256_N24_W4: leaf(7, 24, 4, 51, 4),
  SHA256_N24_W8: leaf(8, 24, 8, 26, 0),
})

export const treeParameters: Readonly<Record<TreeParameterName, TreeParameters>> = Object.freeze({
  SHA256_M32_H5: tree(5, 32, 5),
  SHA256_M32_H10: tree(6, 32, 10),
  SHA256_M32_H15: tree(7, 32, 15),
  SHA256_M32_H20: tree(8, 32, 20),
  SHA256_M32_H25: tree(9, 32, 25),
  SHA256_M24_H5: tree(10, 24, 5),
  SHA256_M24_H10: tree(11, 24, 10),
  SHA256_M24_H15: tree(12, 24, 15),
  SHA256_M24_H20: tree(13, 24, 20),
  SHA256_M24_H25: tree(14, 24, 25),
})

const leafByType = new Map(Object.values(leafParameters).map((each) => [each.type, each]))
const treeByType = new Map(Object.values(treeParameters).map((each) => [each.type, each]))

/** @returns `undefined` for a type that is unknown, or uses another hash than SHA-256. */
export function leafParametersOf(type: number): LeafParameters | undefined {
  return leafByType.get(type)
}

/** @returns `undefined` for a type that is unknown, or uses another hash than SHA-256. */
export function treeParametersOf(type: number): TreeParameters | undefined {
  return treeByType.get(type)
}

/** Bytes of the name of a tree, `I` in RFC 8554. */
export const IDENTIFIER_BYTES = 16
const WORD_BYTES = 4

export const leafSignatureBytes = ({ hashBytes, chains }: LeafParameters): number => WORD_BYTES + hashBytes * (1 + chains)

/** Of the public key of a tree: two types, the name, the root. */
export const treeKeyBytes = ({ hashBytes }: TreeParameters): number => 2 * WORD_BYTES + IDENTIFIER_BYTES + hashBytes

/** Of a signature by a leaf of the tree: its number, what the leaf signs, the type, the path to the root. */
export const treeSignatureBytes = (tree: TreeParameters, leaf: LeafParameters): number =>
  2 * WORD_BYTES + leafSignatureBytes(leaf) + tree.height * tree.hashBytes
