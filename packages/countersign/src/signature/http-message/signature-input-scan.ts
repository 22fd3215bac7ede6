import type { KnownHeads } from './known-heads.ts'
import { SignatureInput } from './signature-input.ts'

const SEMICOLON = 0x3b
/** The first letters of the parameters, each its own. */
const CREATED = 0x63
const EXPIRES = 0x65
const NONCE = 0x6e
const KEYID = 0x6b
const ALG = 0x61
const TAG = 0x74
const ZERO = 0x30
const NINE = 0x39
const MAX_DIGITS = 15
const NOT_USUAL = -1

/**
 * Reads the usual form without building anything: one signature over a known list, strictly serialized. Parsing everything costs more
 * than all the rest of reading a request.
 *
 * @returns `undefined` for everything else, right or wrong: `parseSignatureInput` decides.
 */
export function scanSignatureInput(text: string, known: KnownHeads): SignatureInput | undefined {
  const head = known.of(text)
  // An escape, and what no HTTP parser lets through.
  if (head === undefined || text.includes('\\') || text.includes('\n')) return undefined
  const input = new SignatureInput(head.label, text.slice(head.label.length + 1), head.list)
  let place = head.text.length
  while (place < text.length) {
    if (text.charCodeAt(place) !== SEMICOLON) return undefined
    place = scanParameter(text, place + 1, input)
    if (place === NOT_USUAL) return undefined
  }
  return input
}

/** @returns the place after the parameter. */
function scanParameter(text: string, place: number, input: SignatureInput): number {
  switch (text.charCodeAt(place)) {
    case CREATED:
      return text.startsWith('created=', place) && input.created === undefined ? seconds(text, place + 8, input, true) : NOT_USUAL
    case EXPIRES:
      return text.startsWith('expires=', place) && input.expires === undefined ? seconds(text, place + 8, input, false) : NOT_USUAL
    case NONCE:
      return text.startsWith('nonce="', place) && input.nonce === undefined ? string(text, place + 7, input, NONCE) : NOT_USUAL
    case KEYID:
      return text.startsWith('keyid="', place) && input.keyid === undefined ? string(text, place + 7, input, KEYID) : NOT_USUAL
    case ALG:
      return text.startsWith('alg="', place) && input.alg === undefined ? string(text, place + 5, input, ALG) : NOT_USUAL
    case TAG:
      return text.startsWith('tag="', place) && input.tag === undefined ? string(text, place + 5, input, TAG) : NOT_USUAL
    default:
      return NOT_USUAL
  }
}

function seconds(text: string, start: number, input: SignatureInput, isCreated: boolean): number {
  let place = start
  let value = 0
  for (let code = text.charCodeAt(place); code >= ZERO && code <= NINE; code = text.charCodeAt(++place)) value = value * 10 + code - ZERO
  const strict = text.charCodeAt(start) !== ZERO || place === start + 1
  if (place === start || place - start > MAX_DIGITS || !strict) return NOT_USUAL
  if (isCreated) input.created = value
  else input.expires = value
  return place
}

function string(text: string, start: number, input: SignatureInput, which: number): number {
  const end = text.indexOf('"', start)
  if (end < 0) return NOT_USUAL
  const value = text.slice(start, end)
  // By name, each by itself: a computed name makes the object a table.
  if (which === NONCE) input.nonce = value
  else if (which === KEYID) input.keyid = value
  else if (which === ALG) input.alg = value
  else input.tag = value
  return end + 1
}
