import type { RequestMessage } from '../message.ts'
import { malformedSigV4 } from './malformed.ts'
import type { SigV4Provider } from './provider.ts'

const MAX_NAMES = 64

/**
 * The header lines of a canonical request, in the order in which the signer lists them.
 *
 * @param signedHeaders As on the wire: `host;x-csgn-date`.
 * @param date The one value of the date header, where it has been read and found to be of its form.
 * @throws {AuthError} `credential_malformed`: a name is missing, in upper case or listed twice; a listed header did not arrive; `host`
 *   or a header of the dialect that arrived is not listed.
 */
export function canonicalHeaders(message: RequestMessage, signedHeaders: string, provider: SigV4Provider, date?: string): string {
  const { names, ofDialect } = headerList(signedHeaders, provider)
  let lines = ''
  for (const name of names) {
    if (name === 'host') lines += `host:${singleSpaced(message.authority)}\n`
    else if (date !== undefined && name === provider.headers.date) lines += `${name}:${date}\n`
    else lines += `${name}:${joinedValues(message.values(name))}\n`
  }
  // Every listed name is distinct and has arrived, so that equal numbers are equal sets.
  if (ofDialect !== arrivedOfDialect(message.names(), provider.headerPrefix))
    throw malformedSigV4('signed_headers', `every ${provider.headerPrefix} header has to be signed, and sent once`)
  return lines
}

interface HeaderList {
  readonly text: string
  readonly provider: SigV4Provider | undefined
  readonly names: readonly string[]
  /** How many of them are headers of the dialect. */
  readonly ofDialect: number
}

/** The list that was read last: a client sends the same one each time. Reading it is a pure function of the text. */
let known: HeaderList = { text: '', provider: undefined, names: [], ofDialect: 0 }

function headerList(text: string, provider: SigV4Provider): HeaderList {
  if (known.provider === provider && known.text === text) return known
  if (text !== text.toLowerCase()) throw malformedSigV4('signed_headers', 'in lower case')
  // Through JSON: slices would keep the whole header in memory.
  const names = JSON.parse(JSON.stringify(text.split(';'))) as string[]
  requireDistinct(names)
  if (!names.includes('host')) throw malformedSigV4('signed_headers', 'host has to be signed')
  const ofDialect = names.filter((name) => name.startsWith(provider.headerPrefix)).length
  known = { text: names.join(';'), provider, names, ofDialect }
  return known
}

/** curl lists a header twice that was given twice, and signs only one of the two. */
function requireDistinct(names: readonly string[]): void {
  if (names.length > MAX_NAMES) throw malformedSigV4('signed_headers')
  for (let index = 1; index < names.length; index++) {
    if ((names[index] as string) > (names[index - 1] as string)) continue
    // Out of order, as curl's may be: then only a set tells.
    if (new Set(names).size < names.length) throw malformedSigV4('signed_headers', 'each name once')
    return
  }
}

function arrivedOfDialect(names: readonly string[], prefix: string): number {
  let count = 0
  for (const name of names) if (hasPrefix(name, prefix)) count++
  return count
}

/** Whether a name begins so, in any case. The prefix has lower-case letters, digits and hyphens. */
function hasPrefix(name: string, prefix: string): boolean {
  if (name.length < prefix.length) return false
  for (let index = 0; index < prefix.length; index++) {
    const code = name.charCodeAt(index)
    if ((code >= 0x41 && code <= 0x5a ? code | 0x20 : code) !== prefix.charCodeAt(index)) return false
  }
  return true
}

/** Runs of blanks become one, and lines of one name one line: RFC 9110 section 5.3 reads them alike. */
function joinedValues(values: readonly string[] | undefined): string {
  if (values === undefined) throw malformedSigV4('signed_headers', 'a signed header did not arrive')
  if (values.length === 1) return singleSpaced(values[0] as string)
  return values.map(singleSpaced).join(',')
}

const UNUSUAL = /[\r\n\0\t]|  |^ | $/

function singleSpaced(value: string): string {
  if (!UNUSUAL.test(value)) return value
  // A line break would let one header pass for two.
  if (/[\r\n\0]/.test(value)) throw malformedSigV4('header')
  return value.trim().replaceAll(/[ \t]+/g, ' ')
}
