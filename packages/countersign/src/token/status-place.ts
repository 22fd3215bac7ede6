import { decodeBase64url, encodeBase64url } from '../core/base64url.ts'
import type { Random } from '../core/platform.ts'
import { sha256 } from '../crypto/index.ts'

// A token has one place in a status list, and it must be found from whatever a cut-off names: the token, its session or its user. So the
// place stands in the ids themselves. Seventeen bits come from the user, three more from the session, and the token repeats them.
const USER_BITS = 17
const PLACE_BITS = 20
const ID_BYTES = 16
const PLACES_A_USER = 2 ** (PLACE_BITS - USER_BITS)

/** How many places a list has: 128 KiB of bits, which compress to next to nothing while few are set. */
export const STATUS_PLACES: number = 2 ** PLACE_BITS

/** `<prefix>_` and 22 characters: 16 bytes, of which the first 20 bits are the place. */
const placedId = /^[a-z]+_([A-Za-z0-9_-]{22})$/

/** The places of all sessions of a user: from `first`, `count` of them. Other users may share them. */
export function placesOfUser(user: string): { readonly first: number; readonly count: number } {
  return { first: leadingBits(sha256(user), USER_BITS) * PLACES_A_USER, count: PLACES_A_USER }
}

/** A new id in one of the user's places; the rest is random: 104 bits and the choice of the place. */
export function newIdForUser(prefix: string, user: string, random: Random): string {
  const { first, count } = placesOfUser(user)
  const [chance = 0] = random.bytes(1)
  return newIdInPlace(prefix, first + (chance % count), random)
}

/** A new id in a place; 104 bits of it are random. */
export function newIdInPlace(prefix: string, place: number, random: Random): string {
  const bytes = random.bytes(ID_BYTES)
  const [, , third = 0] = bytes
  bytes.set([place >>> 12, (place >>> 4) & 255, ((place & 15) << 4) | (third & 15)])
  return `${prefix}_${encodeBase64url(bytes)}`
}

/** The place that stands in an id; `undefined` for an id of another form. */
export function placeOfId(id: string): number | undefined {
  const [, body] = placedId.exec(id) ?? []
  if (body === undefined) return undefined
  try {
    return leadingBits(decodeBase64url(body), PLACE_BITS)
  } catch {
    return undefined
  }
}

function leadingBits([first = 0, second = 0, third = 0]: Uint8Array, count: number): number {
  return ((first << 16) | (second << 8) | third) >>> (24 - count)
}
