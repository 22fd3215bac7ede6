import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../core/index.ts'
import { sha256 } from '../digest.ts'
import { HssPublicKey } from './hss-key.ts'
import { type LeafParameterName, leafParameters, type TreeParameterName, treeParameters } from './parameter.ts'
import { SigningTree } from './signing-tree.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')
const message = new TextEncoder().encode('a message')

test('the key and the signature of RFC 9858 appendix A.1 (SHA-256/192) come out to the byte', () => {
  const tree = new SigningTree({
    identifier: bytes('202122232425262728292a2b2c2d2e2f'),
    seed: bytes('000102030405060708090a0b0c0d0e0f1011121314151617'),
    tree: 'SHA256_M24_H5',
    leaf: 'SHA256_N24_W8',
  })
  assert.equal(
    hex(tree.publicKey()),
    '000000010000000a00000008202122232425262728292a2b2c2d2e2f2c571450aed99cfb4f4ac285da14882796618314508b12d2',
  )
  const text = bytes('54657374206d65737361676520666f72205348413235362d3139320a')
  const signature = tree.sign(5, text, { bytes: () => bytes('0b5040a18c1b5cabcbc85b047402ec6294a30dd8da8fc3da') })
  assert.equal(signature.byteLength, 784)
  assert.ok(hex(signature).startsWith('0000000000000005000000080b5040a18c1b5cabcbc85b047402ec6294a30dd8da8fc3dae13b9f0875f09361dc77fcc4'))
  // Of the published 784 bytes.
  assert.equal(hex(sha256(signature)), '95b9e6732d5401bb4d0c9989cb6e507ced458bc9da9bf45d8764f91903bd8bbb')
  assert.equal(new HssPublicKey(tree.publicKey()).verify(text, signature), true)
})

test('the top tree of RFC 8554 appendix F, test case 2, comes out of its seed', () => {
  const tree = new SigningTree({
    identifier: bytes('d08fabd4a2091ff0a8cb4ed834e74534'),
    seed: bytes('558b8966c48ae9cb898b423c83443aae014a72f1b1ab5cc85cf1d892903b5439'),
    tree: 'SHA256_M32_H10',
    leaf: 'SHA256_N32_W4',
  })
  const root = '32a58885cd9ba0431235466bff9651c6c92124404d45fa53cf161c28f1ad5a8e'
  assert.equal(hex(tree.publicKey()), `000000010000000600000003d08fabd4a2091ff0a8cb4ed834e74534${root}`)
})

test('the tables follow from the size of the hash and the bits of a chain (RFC 8554 appendix B)', () => {
  for (const { hashBytes, chainBits, chains, checksumShift } of Object.values(leafParameters)) {
    const digits = (hashBytes * 8) / chainBits
    const sumBits = Math.floor(Math.log2((2 ** chainBits - 1) * digits)) + 1
    const sumDigits = Math.ceil(sumBits / chainBits)
    assert.equal(chains, digits + sumDigits)
    assert.equal(checksumShift, 16 - sumDigits * chainBits)
  }
})

const treeOf = (tree: TreeParameterName, leaf: LeafParameterName): SigningTree => {
  const { hashBytes } = treeParameters[tree]
  return new SigningTree({ identifier: systemRandom.bytes(16), seed: systemRandom.bytes(hashBytes), tree, leaf })
}

test('what any pair of parameters has signed verifies, by its leaf, and for no other message', () => {
  for (const leaf of Object.keys(leafParameters) as LeafParameterName[]) {
    const tree = treeOf(leafParameters[leaf].hashBytes === 32 ? 'SHA256_M32_H5' : 'SHA256_M24_H5', leaf)
    const key = new HssPublicKey(tree.publicKey())
    for (const number of [0, 31]) {
      const signature = tree.sign(number, message, systemRandom)
      assert.equal(key.leafOf(signature), number, leaf)
      assert.equal(key.verify(message, signature), true, leaf)
      assert.equal(key.verify(new TextEncoder().encode('another'), signature), false, leaf)
    }
    assert.throws(() => tree.sign(32, message, systemRandom), RangeError)
  }
})

test('a signature with one changed bit, cut off or lengthened is none, and never an exception', () => {
  const tree = treeOf('SHA256_M24_H5', 'SHA256_N24_W4')
  const key = new HssPublicKey(tree.publicKey())
  const signature = tree.sign(9, message, systemRandom)
  for (let at = 0; at < signature.byteLength; at += 3) {
    const changed = Uint8Array.from(signature)
    changed[at] = (changed[at] as number) ^ (1 << (at % 8))
    assert.equal(key.verify(message, changed), false, `byte ${at}`)
  }
  for (const length of [0, 3, 4, 8, 12, signature.byteLength - 1]) assert.equal(key.verify(message, signature.subarray(0, length)), false)
  assert.equal(key.verify(message, Buffer.concat([signature, Uint8Array.of(0)])), false)
  assert.equal(key.leafOf(Buffer.concat([signature, Uint8Array.of(0)])), undefined)
})

test('a public key that is none, of another hash, or of too many levels is refused', () => {
  const good = treeOf('SHA256_M24_H5', 'SHA256_N24_W8').publicKey()
  const changedAt = (at: number, value: number): Uint8Array => Uint8Array.from(good, (byte, index) => (index === at ? value : byte))
  const mixed = changedAt(11, 4)
  for (const bad of [
    new Uint8Array(0),
    good.subarray(0, 51),
    Buffer.concat([good, good]),
    changedAt(3, 0),
    changedAt(3, 3),
    changedAt(7, 15),
    mixed,
  ]) {
    assert.throws(() => new HssPublicKey(bad), RangeError)
  }
})

test('a tree that would take minutes, or whose parts do not go together, is not made', () => {
  const [identifier, seed] = [new Uint8Array(16), new Uint8Array(32)]
  const options = { identifier, seed, tree: 'SHA256_M32_H5', leaf: 'SHA256_N32_W8' } as const
  for (const wrong of [
    { ...options, tree: 'SHA256_M32_H15' },
    { ...options, leaf: 'SHA256_N24_W8' },
    { ...options, identifier: seed },
    { ...options, seed: identifier },
  ] as const) {
    assert.throws(() => new SigningTree(wrong), RangeError)
  }
})
