import type { Random } from '../../core/platform.ts'
import { HashChains } from './hash-chain.ts'
import {
  IDENTIFIER_BYTES,
  type LeafParameterName,
  type LeafParameters,
  leafParameters,
  type TreeParameterName,
  type TreeParameters,
  treeParameters,
} from './parameter.ts'
import { innerNode, leafNode } from './tree-node.ts'

export interface SigningTreeOptions {
  /** Which tree of its maker it is: 16 bytes, different for each key. Public. */
  readonly identifier: Uint8Array
  /** What all leaves come from: as many bytes as the hash has. Secret. */
  readonly seed: Uint8Array
  readonly tree: TreeParameterName
  readonly leaf: LeafParameterName
}

/** Taller trees take minutes to make in one piece; whoever needs more signatures changes the key. */
const MAX_HEIGHT = 10

/**
 * The private half of one LMS tree (RFC 8554 section 5), with all of its nodes. To make it costs every leaf: 1,024 leaves of W4 take
 * about a second.
 *
 * **Does not know which leaves were used.** Two signatures of one leaf give the key away: keep count where it cannot be lost.
 */
export class SigningTree {
  readonly #tree: TreeParameters
  readonly #leaf: LeafParameters
  readonly #identifier: Uint8Array
  readonly #seed: Uint8Array
  /** By place: the root is 1, the children of `n` are `2n` and `2n + 1`. */
  readonly #nodes: readonly Uint8Array[]

  /** @throws {RangeError} The parameters do not go together, the tree is taller than 10, or identifier or seed have a wrong length. */
  constructor({ identifier, seed, tree: treeName, leaf: leafName }: SigningTreeOptions) {
    const tree = treeParameters[treeName]
    const leaf = leafParameters[leafName]
    if (tree.hashBytes !== leaf.hashBytes || tree.height > MAX_HEIGHT) throw new RangeError('a tree that cannot be made here')
    if (identifier.byteLength !== IDENTIFIER_BYTES) throw new RangeError(`the identifier of a tree has ${IDENTIFIER_BYTES} bytes`)
    if (seed.byteLength !== tree.hashBytes) throw new RangeError(`the seed of this tree has ${tree.hashBytes} bytes`)
    this.#tree = tree
    this.#leaf = leaf
    this.#identifier = identifier.slice()
    this.#seed = seed.slice()
    this.#nodes = this.#makeNodes()
  }

  /** How many messages it can sign in all. */
  get leaves(): number {
    return 2 ** this.#tree.height
  }

  /** As RFC 8554 section 6.1 writes the public key of one level. */
  publicKey(): Uint8Array {
    const types = Buffer.alloc(12)
    types.writeUInt32BE(1, 0)
    types.writeUInt32BE(this.#tree.type, 4)
    types.writeUInt32BE(this.#leaf.type, 8)
    return Buffer.concat([types, this.#identifier, this.#nodes[1] as Uint8Array])
  }

  /**
   * Signs (RFC 8554 sections 4.5, 5.4.1 and 6.2).
   *
   * @param leafNumber Of a leaf that was never used and never will be again, whatever happens to this process.
   * @throws {RangeError} There is no such leaf.
   */
  sign(leafNumber: number, message: Uint8Array, random: Random): Uint8Array {
    if (!Number.isInteger(leafNumber) || leafNumber < 0 || leafNumber >= this.leaves) throw new RangeError('the tree has no such leaf')
    const { hashBytes } = this.#leaf
    const head = Buffer.alloc(12)
    head.writeUInt32BE(leafNumber, 4)
    head.writeUInt32BE(this.#leaf.type, 8)
    const randomizer = random.bytes(hashBytes)
    const chains = new HashChains(this.#leaf, this.#identifier, leafNumber)
    const values = chains.digits(randomizer, message).map((digit, chain) => chains.walk(chain, 0, digit, chains.start(chain, this.#seed)))
    const treeType = Buffer.alloc(4)
    treeType.writeUInt32BE(this.#tree.type)
    return Buffer.concat([head, randomizer, ...values, treeType, ...this.#path(leafNumber)])
  }

  #path(leafNumber: number): readonly Uint8Array[] {
    const path: Uint8Array[] = []
    for (let place = this.leaves + leafNumber; place > 1; place >>= 1) path.push(this.#nodes[place ^ 1] as Uint8Array)
    return path
  }

  #makeNodes(): readonly Uint8Array[] {
    const { leaves } = this
    const nodes = new Array<Uint8Array>(2 * leaves)
    for (let number = 0; number < leaves; number++) {
      nodes[leaves + number] = leafNode(this.#tree, this.#identifier, leaves + number, this.#leafKey(number))
    }
    for (let place = leaves - 1; place > 0; place--) {
      nodes[place] = innerNode(this.#tree, this.#identifier, place, nodes[2 * place] as Uint8Array, nodes[2 * place + 1] as Uint8Array)
    }
    return nodes
  }

  #leafKey(number: number): Uint8Array {
    const { chains: count, chainBits } = this.#leaf
    const chains = new HashChains(this.#leaf, this.#identifier, number)
    const last = 2 ** chainBits - 1
    return chains.publicKey(Array.from({ length: count }, (_, chain) => chains.walk(chain, 0, last, chains.start(chain, this.#seed))))
  }
}
