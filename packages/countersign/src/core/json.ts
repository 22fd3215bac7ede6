import { decodeBase64urlText, decodeToScratch, decodeUtf8, textOfScratch } from './base64url.ts'
import { countQuotes, countQuotesInScratch } from './quote-count.ts'

export interface JsonLimits {
  /** Deepest nesting of objects and arrays. Default 16. */
  readonly maxDepth?: number
}

const MAX_DEPTH = 16

/**
 * Parses JSON of which two readers cannot think differently (RFC 8259 with the strictness of I-JSON, RFC 7493): no member name twice
 * in one object (compared after unescaping), no `__proto__` member, no NUL and no lone surrogate in names or texts, finite numbers
 * only, bounded nesting.
 *
 * Does not bound the length of the text: the caller knows its own bound and checks it first.
 *
 * @throws {SyntaxError} The message says what is wrong and never contains the text.
 */
export function parseJson(text: string, limits?: JsonLimits): unknown {
  if (!text.isWellFormed()) throw loneSurrogate()
  return parseUnambiguous(text, countQuotes(text), limits)
}

/** As `parseJson`, for a text whose top level must be an object. */
export function parseJsonObject(text: string, limits?: JsonLimits): Record<string, unknown> {
  return requireObject(parseJson(text, limits))
}

/**
 * As `parseJsonObject`, from canonical base64url of UTF-8: a segment of a JWS. Decodes, counts and reads without a copy between.
 *
 * @throws {SyntaxError} As `parseJson` and `decodeBase64url`.
 */
export function parseBase64urlJsonObject(segment: string, limits?: JsonLimits): Record<string, unknown> {
  const length = decodeToScratch(segment)
  if (length === undefined) return parseJsonObject(decodeBase64urlText(segment), limits)
  const text = textOfScratch(length)
  return requireObject(parseUnambiguous(text, countQuotesInScratch(length), limits))
}

/** As `parseJson`, from bytes: strict UTF-8 without a byte order mark. */
export function parseJsonBytes(bytes: Uint8Array, limits?: JsonLimits): unknown {
  return parseJson(decodeUtf8(bytes), limits)
}

/** Whether a parsed value is an object, neither `null` nor an array. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param quotes How many quotes are in the text. */
function parseUnambiguous(text: string, quotes: number, limits: JsonLimits | undefined): unknown {
  const value = parse(text)
  const escaped = text.includes('\\')
  // `JSON.parse` keeps the last of equal names. The name that it dropped stood in quotes, and so the text has more of them than what
  // is left can explain. An escape may hold a quote that ends nothing: escapes are taken out before counting.
  const delimiters = escaped ? countQuotes(text.replace(/\\./gs, '')) : quotes
  if (countTexts(value, escaped, limits?.maxDepth ?? MAX_DEPTH) * 2 !== delimiters)
    throw new SyntaxError('JSON with a duplicate member name')
  return value
}

function requireObject(value: unknown): Record<string, unknown> {
  if (!isJsonObject(value)) throw new SyntaxError('JSON that is not an object')
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The message of the engine quotes the text.
    throw new SyntaxError('not JSON')
  }
}

/** Walks a parsed value, refuses what may not be in it, and counts its texts, member names included. */
function countTexts(value: unknown, escaped: boolean, depthLeft: number): number {
  if (typeof value === 'string') {
    if (escaped) requirePlain(value)
    return 1
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new SyntaxError('JSON with a number that is out of range')
    return 0
  }
  if (typeof value !== 'object' || value === null) return 0
  if (depthLeft === 0) throw new SyntaxError('JSON that is nested too deeply')
  return Array.isArray(value) ? countInArray(value, escaped, depthLeft - 1) : countInObject(value, escaped, depthLeft - 1)
}

function countInArray(items: readonly unknown[], escaped: boolean, depthLeft: number): number {
  let texts = 0
  for (const item of items) texts += countTexts(item, escaped, depthLeft)
  return texts
}

function countInObject(object: object, escaped: boolean, depthLeft: number): number {
  let texts = 0
  // Three times quicker than `Object.keys`. Should somebody have given `Object.prototype` members, they count as too many: refused.
  for (const name in object) {
    if (name === '__proto__') throw new SyntaxError('JSON with a __proto__ member')
    if (escaped) requirePlain(name)
    texts++
    const value = (object as Readonly<Record<string, unknown>>)[name]
    // What most members are, and nothing is to be checked in them.
    if (typeof value === 'string' && !escaped) texts++
    else texts += countTexts(value, escaped, depthLeft)
  }
  return texts
}

/** Without an escape there is no NUL, as JSON allows none in the open, and no surrogate that the whole text does not show. */
function requirePlain(text: string): void {
  if (text.includes('\0')) throw new SyntaxError('JSON with NUL in a text')
  if (!text.isWellFormed()) throw loneSurrogate()
}

const loneSurrogate = (): SyntaxError => new SyntaxError('JSON with a lone surrogate')
