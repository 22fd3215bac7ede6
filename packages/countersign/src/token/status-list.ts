import { deflateSync, inflateSync } from 'node:zlib'
import { decodeBase64url, encodeBase64url } from '../core/base64url.ts'
import { isJsonObject } from '../core/json.ts'
import { AuthError } from '../core/refusal.ts'

/** How many bits one status takes (Token Status List section 4.1). */
export type StatusBits = 1 | 2 | 4 | 8

/** Token Status List section 7.1. Other values are the application's own, or reserved: nothing here takes them for valid. */
export const statusTypes = { valid: 0, invalid: 1, suspended: 2 } as const

/** A list as it stands in a token: `lst` is base64url of zlib (RFC 1950). */
export interface EncodedStatusList {
  readonly bits: StatusBits
  readonly lst: string
}

/** Eight million tokens of one bit. */
const DEFAULT_MAX_BYTES = 2 ** 20
const COMPRESSION_LEVEL = 9

/** Statuses by index, packed: the first stands in the lowest bits of the first byte. */
export class StatusList {
  readonly bits: StatusBits
  readonly #bytes: Uint8Array

  /**
   * @param bytes Shared, not copied.
   * @throws {RangeError} for another number of bits.
   */
  constructor(bits: StatusBits, bytes: Uint8Array) {
    if (!isStatusBits(bits)) throw new RangeError('a status has 1, 2, 4 or 8 bits')
    this.bits = bits
    this.#bytes = bytes
  }

  /** A list of so many statuses, all valid. */
  static ofSize(bits: StatusBits, size: number): StatusList {
    return new StatusList(bits, new Uint8Array(Math.ceil((size * bits) / 8)))
  }

  /**
   * Takes a list out of a token. A text that would grow beyond the bound is not inflated any further than that.
   *
   * @param maxBytes Longest accepted list, unpacked. Default 1 MiB.
   * @throws {AuthError} `token_invalid`: it is no list, or too long.
   */
  static decode(value: unknown, maxBytes: number = DEFAULT_MAX_BYTES): StatusList {
    const { bits, lst } = isJsonObject(value) ? value : { bits: undefined, lst: undefined }
    if (!isStatusBits(bits) || typeof lst !== 'string') throw invalid('status_list')
    return new StatusList(bits, inflate(lst, maxBytes))
  }

  /** How many statuses it holds. */
  get size(): number {
    return (this.#bytes.length * 8) / this.bits
  }

  /** @throws {RangeError} The index is beyond the list: there is no status to be had, and none that is valid. */
  at(index: number): number {
    const byte = this.#bytes[this.#byteOf(index)]
    if (byte === undefined) throw new RangeError('an index beyond the status list')
    return (byte >> this.#shiftOf(index)) & this.#mask
  }

  /** @throws {RangeError} The index is beyond the list, or the status has more bits. */
  set(index: number, status: number): void {
    const at = this.#byteOf(index)
    const byte = this.#bytes[at]
    if (byte === undefined || (status & this.#mask) !== status) throw new RangeError('an index or a status that the list cannot hold')
    const shift = this.#shiftOf(index)
    this.#bytes[at] = (byte & ~(this.#mask << shift)) | (status << shift)
  }

  encode(): EncodedStatusList {
    return { bits: this.bits, lst: encodeBase64url(deflateSync(this.#bytes, { level: COMPRESSION_LEVEL })) }
  }

  get #mask(): number {
    return 2 ** this.bits - 1
  }

  #byteOf(index: number): number {
    return Number.isSafeInteger(index) && index >= 0 ? Math.floor((index * this.bits) / 8) : -1
  }

  #shiftOf(index: number): number {
    return (index * this.bits) % 8
  }
}

const isStatusBits = (value: unknown): value is StatusBits => value === 1 || value === 2 || value === 4 || value === 8

function inflate(lst: string, maxBytes: number): Uint8Array {
  try {
    return inflateSync(decodeBase64url(lst), { maxOutputLength: maxBytes })
  } catch (cause) {
    throw new AuthError('token_invalid', { reason: 'status_list' }, { cause })
  }
}

const invalid = (reason: string): AuthError => new AuthError('token_invalid', { reason })
