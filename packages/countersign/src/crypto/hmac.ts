import { hash } from 'node:crypto'

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
const MAC_CHARACTERS = 43
/** Room for most messages; a longer one gets a buffer of its own. */
const ROOM_BYTES = 4096

const encoder = new TextEncoder()

/**
 * A key for HMAC-SHA256 (RFC 2104) with its two padded blocks made ready: a `createHmac` per message costs three times as much.
 * Holds the secret in private fields only, so that no log and no JSON shows it.
 */
export class HmacKey {
  readonly #inner: Buffer
  readonly #outer: Buffer
  readonly #outerDigest: Buffer
  /** What follows the block in `#inner`. */
  readonly #room: Uint8Array
  readonly byteLength: number

  constructor(secret: Uint8Array) {
    this.byteLength = secret.byteLength
    const block = new Uint8Array(BLOCK_BYTES)
    block.set(secret.byteLength > BLOCK_BYTES ? hash('sha256', secret, 'buffer') : secret)
    this.#inner = Buffer.allocUnsafeSlow(BLOCK_BYTES + ROOM_BYTES)
    this.#outer = Buffer.allocUnsafeSlow(BLOCK_BYTES + DIGEST_BYTES)
    this.#outerDigest = this.#outer.subarray(BLOCK_BYTES)
    this.#room = this.#inner.subarray(BLOCK_BYTES)
    for (const [index, byte] of block.entries()) {
      this.#inner[index] = byte ^ 0x36
      this.#outer[index] = byte ^ 0x5c
    }
  }

  bytes(data: string | Uint8Array): Uint8Array {
    this.#takeIn(this.#padded(data))
    return hash('sha256', this.#outer, 'buffer')
  }

  base64url(data: string | Uint8Array): string {
    return this.text(data, 'base64url')
  }

  /** The MAC as text. To compare a text that was presented with this one leaves only one spelling of a MAC. */
  text(data: string | Uint8Array, encoding: 'base64' | 'base64url' | 'hex'): string {
    this.#takeIn(this.#padded(data))
    return hash('sha256', this.#outer, encoding)
  }

  /** As `text`, of a text that is ASCII; `undefined` for any other. */
  textOfAscii(data: string, encoding: 'base64' | 'hex'): string | undefined {
    const { length } = data
    if (length > ROOM_BYTES) return Buffer.byteLength(data) === length ? this.text(data, encoding) : undefined
    // A text that was just put together is written a third quicker than by a Buffer. One byte a character, and all of them.
    const { read, written } = encoder.encodeInto(data, this.#room)
    if (read !== length || written !== length) return undefined
    this.#takeIn(this.#inner.subarray(0, BLOCK_BYTES + length))
    return hash('sha256', this.#outer, encoding)
  }

  /**
   * Whether the ASCII text ends, after one separator at `messageLength`, in the base64url MAC of what stands before it. Takes the same
   * time wherever the MAC differs.
   */
  vouchesFor(text: string, messageLength: number): boolean {
    if (text.length !== messageLength + 1 + MAC_CHARACTERS) return false
    const room = this.#roomFor(text)
    // One byte a character, or the text is not ASCII and its offsets are not those of its bytes.
    if (room.write(text, BLOCK_BYTES, 'utf8') !== text.length) return false
    const start = BLOCK_BYTES + messageLength + 1
    this.#takeIn(room.subarray(0, start - 1))
    const mac = hash('sha256', this.#outer, 'base64url')
    let difference = 0
    for (let index = 0; index < MAC_CHARACTERS; index++) difference |= (room[start + index] as number) ^ mac.charCodeAt(index)
    return difference === 0
  }

  #takeIn(padded: Uint8Array): void {
    // Text and back is quicker than a Buffer that Node would have to make.
    this.#outerDigest.write(hash('sha256', padded, 'binary'), 'binary')
  }

  #padded(data: string | Uint8Array): Uint8Array {
    if (typeof data !== 'string') return Buffer.concat([this.#inner.subarray(0, BLOCK_BYTES), data])
    const room = this.#roomFor(data)
    return room.subarray(0, BLOCK_BYTES + room.write(data, BLOCK_BYTES))
  }

  /** The inner block with room for a text after it: the one that all messages of this key share, as nothing in it waits, if it is enough. */
  #roomFor(text: string): Buffer {
    // A character takes at most three bytes of UTF-8.
    const bytes = text.length * 3
    return bytes > ROOM_BYTES ? Buffer.concat([this.#inner.subarray(0, BLOCK_BYTES)], BLOCK_BYTES + bytes) : this.#inner
  }
}

/** Makes a key for `hmacSha256`. Does not check the length: where a minimum matters, the caller knows it. */
export function hmacKey(secret: Uint8Array): HmacKey {
  return new HmacKey(secret)
}

/** HMAC-SHA256 (RFC 2104, FIPS 198-1) of bytes, or of the UTF-8 form of a text: 32 bytes. */
export function hmacSha256(key: HmacKey, data: string | Uint8Array): Uint8Array {
  return key.bytes(data)
}

/** HMAC-SHA256 as unpadded base64url: 43 characters. */
export function hmacSha256Base64url(key: HmacKey, data: string | Uint8Array): string {
  return key.base64url(data)
}
