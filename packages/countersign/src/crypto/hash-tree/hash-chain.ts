import { hash } from 'node:crypto'
import { IDENTIFIER_BYTES, type LeafParameters } from './parameter.ts'

/** Where what is hashed differs by its use (RFC 8554 section 7.1). */
const PUBLIC_KEY = 0x8080
const MESSAGE = 0x8181
const SECRET = 0xff
const CHAIN_AT = IDENTIFIER_BYTES + 4
const STEP_AT = CHAIN_AT + 2
const VALUE_AT = STEP_AT + 1

/** The hash chains of one leaf (RFC 8554 section 4). Its one buffer serves all steps: several thousand for a signature. */
export class HashChains {
  readonly #parameters: LeafParameters
  readonly #buffer: Buffer

  constructor(parameters: LeafParameters, identifier: Uint8Array, leafNumber: number) {
    this.#parameters = parameters
    this.#buffer = Buffer.alloc(VALUE_AT + parameters.hashBytes)
    this.#buffer.set(identifier)
    this.#buffer.writeUInt32BE(leafNumber, IDENTIFIER_BYTES)
  }

  /** Where a chain starts (RFC 8554 appendix A). */
  start(chain: number, seed: Uint8Array): Uint8Array {
    return this.walk(chain, SECRET, SECRET + 1, seed)
  }

  /** The value at step `to` of a chain that has `value` at step `from`. */
  walk(chain: number, from: number, to: number, value: Uint8Array): Uint8Array {
    const buffer = this.#buffer
    const { hashBytes } = this.#parameters
    buffer.writeUInt16BE(chain, CHAIN_AT)
    buffer.set(value, VALUE_AT)
    for (let step = from; step < to; step++) {
      buffer[STEP_AT] = step
      // Text and back is quicker than a Buffer that Node would have to make; SHA-256/192 is the first 24 bytes.
      buffer.write(hash('sha256', buffer, 'binary'), VALUE_AT, hashBytes, 'binary')
    }
    return Uint8Array.prototype.slice.call(buffer, VALUE_AT)
  }

  /** The leaf's public key, of the last values of its chains. */
  publicKey(ends: readonly Uint8Array[]): Uint8Array {
    return this.#digest(PUBLIC_KEY, ends)
  }

  /** What each chain signs of a message, and of the checksum that keeps anyone from walking a chain on. */
  digits(randomizer: Uint8Array, message: Uint8Array): readonly number[] {
    const { chainBits, chains, checksumShift, hashBytes } = this.#parameters
    const digest = this.#digest(MESSAGE, [randomizer, message])
    const digestDigits = (hashBytes * 8) / chainBits
    const last = 2 ** chainBits - 1
    let checksum = 0
    for (let index = 0; index < digestDigits; index++) checksum += last - digitOf(digest, index, chainBits)
    const shifted = checksum << checksumShift
    const summed = Uint8Array.of(shifted >> 8, shifted & 0xff)
    return Array.from({ length: chains }, (_, index) =>
      index < digestDigits ? digitOf(digest, index, chainBits) : digitOf(summed, index - digestDigits, chainBits),
    )
  }

  #digest(use: number, parts: readonly Uint8Array[]): Uint8Array {
    const head = Buffer.alloc(STEP_AT)
    this.#buffer.copy(head, 0, 0, CHAIN_AT)
    head.writeUInt16BE(use, CHAIN_AT)
    return hash('sha256', Buffer.concat([head, ...parts]), 'buffer').subarray(0, this.#parameters.hashBytes)
  }
}

/** RFC 8554 section 3.1.3: bytes as a row of numbers of so many bits. */
function digitOf(bytes: Uint8Array, index: number, bits: number): number {
  const perByte = 8 / bits
  const byte = bytes[Math.floor(index / perByte)] as number
  return (byte >> (8 - bits * ((index % perByte) + 1))) & (2 ** bits - 1)
}
