import { readFileSync } from 'node:fs'
import { misuse } from '../failure.ts'

/** A request in the words of a command line. */
export interface GivenRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
  /** In the order and case in which they were given. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

export interface RequestWords {
  readonly header: readonly string[]
  readonly data?: string
  readonly dataFile?: string
}

const METHOD = /^[A-Za-z][A-Za-z-]{0,31}$/
const HEADER = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e]*?)[ \t]*$/

/** @throws {Failure} for what is no request. */
export function givenRequest(method: string, url: string, { header, data, dataFile }: RequestWords): GivenRequest {
  if (!METHOD.test(method)) throw misuse(`${method} is no method.`, 'Give method and URL: POST https://api.example.com/orders')
  if (data !== undefined && dataFile !== undefined) throw misuse('--data and --data-file exclude each other.')
  return {
    method: method.toUpperCase(),
    ...placeOf(url),
    headers: Object.fromEntries(header.map(headerOf)),
    body: dataFile === undefined ? (data === undefined ? undefined : new TextEncoder().encode(data)) : readBody(dataFile),
  }
}

/** @throws {Failure} for what is no http or https URL. */
export function placeOf(text: string): Pick<GivenRequest, 'scheme' | 'authority' | 'target'> {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw misuse(`${text} is not an http or https URL.`)
  if (url.username !== '' || url.password !== '') throw misuse('A URL with a name and a password in it is not signed.')
  return { scheme: url.protocol === 'https:' ? 'https' : 'http', authority: url.host, target: `${url.pathname}${url.search}` }
}

function headerOf(text: string): readonly [name: string, value: string] {
  const [, name, value] = HEADER.exec(text) ?? []
  if (name === undefined || value === undefined) throw misuse(`Not a header: ${text}`, "Write it as 'Name: value'.")
  return [name, value]
}

function readBody(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch {
    throw misuse(`${file} cannot be read.`)
  }
}

/** The value of a header, by its name in lower case. */
export function headerIn({ headers }: Pick<GivenRequest, 'headers'>, name: string): string | undefined {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1]
}
