import type { VerifiedToken } from './verified-token.ts'

/** Slots that are looked at for one token: one cache line of fingerprints. */
const SET_SIZE = 8
/** No signature of ours is shorter: a text below this is no credential. */
const MIN_TEXT_LENGTH = 16
/** Knuth's multiplicative hash: its high bits depend on every bit of the fingerprint. */
const MIXER = 0x9e3779b1

/**
 * Remembers verified tokens: a bounded memo of what verifying says, never an authority of its own (whoever finds a token here
 * still checks its time, its key set and its revocation).
 *
 * A token is found by four characters near the end of its signature, which are random already: V8 would hash all six hundred
 * characters of a fresh string to look it up in a `Map`. Then the whole text is compared. Texts are whole header values, so that a
 * hit needs no copy of the header's part: comparing with a sliced string costs a third more.
 *
 * Room is made as in CLOCK: what was not found again since the last round goes first.
 */
export class VerifiedTokenCache {
  readonly limit: number
  #size = 0
  #hits = 0
  #misses = 0
  #hand = 0
  readonly #fingerprints: Uint32Array
  readonly #tokens: (VerifiedToken | undefined)[]
  /** The text of each token once more: to compare with it there is no need to wait for the token to come out of memory. */
  readonly #texts: string[]
  readonly #setShift: number

  /** @param limit How many tokens are remembered at most; at least 1. The table has twice as many slots. */
  constructor(limit: number) {
    this.limit = limit
    const setBits = Math.max(1, Math.ceil(Math.log2((limit * 2) / SET_SIZE)))
    this.#setShift = 32 - setBits
    const slots = 2 ** setBits * SET_SIZE
    this.#fingerprints = new Uint32Array(slots)
    this.#texts = new Array<string>(slots).fill('')
    this.#tokens = new Array<VerifiedToken | undefined>(slots).fill(undefined)
  }

  get size(): number {
    return this.#size
  }

  get hits(): number {
    return this.#hits
  }

  get misses(): number {
    return this.#misses
  }

  find(text: string): VerifiedToken | undefined {
    if (text.length < MIN_TEXT_LENGTH) return undefined
    const fingerprint = fingerprintOf(text)
    const first = this.#firstSlot(fingerprint)
    for (let slot = first; slot < first + SET_SIZE; slot++) {
      if (this.#fingerprints[slot] !== fingerprint) continue
      if (this.#texts[slot] !== text) continue
      const token = this.#tokens[slot]
      if (token === undefined) continue
      if (!token.used) token.used = true
      this.#hits++
      return token
    }
    this.#misses++
    return undefined
  }

  /** Remembers a token, in place of an older finding about the same text. */
  add(token: VerifiedToken): void {
    if (token.text.length < MIN_TEXT_LENGTH) return
    const fingerprint = fingerprintOf(token.text)
    const slot = this.#slotFor(token.text, this.#firstSlot(fingerprint))
    if (this.#tokens[slot] === undefined) {
      if (this.#size === this.limit) this.#evictOne()
      this.#size++
    }
    this.#fingerprints[slot] = fingerprint
    this.#tokens[slot] = token
    this.#texts[slot] = token.text
  }

  #firstSlot(fingerprint: number): number {
    return (Math.imul(fingerprint, MIXER) >>> this.#setShift) * SET_SIZE
  }

  /** The slot that holds the text, else an empty one of its set, else that of the token in the set with the least claim to stay. */
  #slotFor(text: string, first: number): number {
    let empty = -1
    let victim = first
    for (let slot = first; slot < first + SET_SIZE; slot++) {
      const token = this.#tokens[slot]
      if (token === undefined) empty = empty < 0 ? slot : empty
      else if (token.text === text) return slot
      else if (goesBefore(token, this.#tokens[victim])) victim = slot
    }
    if (empty >= 0) return empty
    // All of the set are in use: one goes, and the others have to show again that they are.
    if (this.#tokens[victim]?.used === true) for (let slot = first; slot < first + SET_SIZE; slot++) this.#pardon(slot)
    return victim
  }

  #evictOne(): void {
    // Two rounds at most: in the second nobody is pardoned.
    for (;;) {
      const slot = this.#hand
      this.#hand = (slot + 1) % this.#tokens.length
      if (this.#tokens[slot] === undefined || this.#pardon(slot)) continue
      this.#tokens[slot] = undefined
      this.#texts[slot] = ''
      this.#size--
      return
    }
  }

  /** @returns whether the token in the slot had been found again; from now on that does not count any more. */
  #pardon(slot: number): boolean {
    const token = this.#tokens[slot]
    if (token === undefined || !token.used) return false
    token.used = false
    return true
  }
}

function goesBefore(token: VerifiedToken, other: VerifiedToken | undefined): boolean {
  if (other === undefined) return true
  if (token.used !== other.used) return other.used
  return token.notAfter < other.notAfter
}

/** Four 7-bit characters, side by side. The very last one is left out: it holds fewer random bits. */
function fingerprintOf(text: string): number {
  const end = text.length - 2
  return (
    text.charCodeAt(end) | (text.charCodeAt(end - 1) << 7) | (text.charCodeAt(end - 2) << 14) | ((text.charCodeAt(end - 3) & 127) << 21)
  )
}
