import { addressList, type AddressList } from 'countersign/core'

/** What is wrong with one value, and what to write instead. Never repeats a value that may be secret. */
export class WrongValue extends Error {
  readonly hint: string

  constructor(problem: string, hint: string) {
    super(problem)
    this.name = 'WrongValue'
    this.hint = hint
  }
}

/** Reads one setting from an environment variable's text or from the value that an embedding application gave. */
export type Read<T> = (raw: unknown) => T

export const text =
  (hint: string): Read<string> =>
  (raw) => {
    if (typeof raw !== 'string' || raw.trim() === '') throw new WrongValue('must be a text that is not empty', hint)
    return raw.trim()
  }

export const integer =
  (least: number, most: number, unit: string): Read<number> =>
  (raw) => {
    const value = typeof raw === 'string' && /^\d{1,12}$/.test(raw.trim()) ? Number(raw) : raw
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw new WrongValue('is not a whole number in range', `Use ${least} to ${most} ${unit}.`.replace(' .', '.'))
    }
    return value
  }

export const yesOrNo: Read<boolean> = (raw) => {
  if (raw === true || raw === 'true' || raw === 'yes' || raw === '1') return true
  if (raw === false || raw === 'false' || raw === 'no' || raw === '0') return false
  throw new WrongValue('is neither true nor false', 'Use true or false.')
}

export const oneOf =
  <const T extends string>(choices: readonly T[], hint: string): Read<T> =>
  (raw) => {
    const choice = choices.find((each) => each === raw)
    if (choice === undefined) throw new WrongValue(`is none of ${choices.join(', ')}`, hint)
    return choice
  }

/** A list given as an array, or as a text with commas. */
export const list =
  (hint: string): Read<readonly string[]> =>
  (raw) => {
    const items: readonly unknown[] = typeof raw === 'string' ? raw.split(',') : Array.isArray(raw) ? raw : []
    const trimmed = items.map((item) => (typeof item === 'string' ? item.trim() : ''))
    if (trimmed.length === 0 || trimmed.includes('')) throw new WrongValue('is not a list of texts', hint)
    return Object.freeze(trimmed)
  }

export const addresses: Read<AddressList> = (raw) => {
  const hint = 'Use addresses or subnets with commas between them, such as 10.0.0.0/8,fd00::1.'
  const entries = list(hint)(raw)
  try {
    return addressList(entries)
  } catch (error) {
    throw new WrongValue(error instanceof RangeError ? error.message : 'is not a list of addresses', hint)
  }
}

/** An issuer is an origin, with a path at most: no query, no fragment, no credentials, no slash at the end. */
export const issuerUrl: Read<string> = (raw) => {
  const hint = 'Use the URL under which clients reach this server, such as https://auth.example.com.'
  const url = typeof raw === 'string' ? URL.parse(raw) : null
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw new WrongValue('is not an http or https URL', hint)
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new WrongValue('has a query, a fragment or credentials in it', hint)
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

/** Where the first digits of a digest are put behind. Loopback may go without TLS. */
export const breachedPasswordsUrl: Read<string> = (raw) => {
  const hint = 'Use an https URL, such as https://api.pwnedpasswords.com/range.'
  const url = typeof raw === 'string' ? URL.parse(raw) : null
  const isPrivate = url?.protocol === 'https:' || (url?.protocol === 'http:' && /^(?:127\.|localhost$|\[::1\]$)/.test(url.hostname))
  if (url === null || !isPrivate) throw new WrongValue('is not an https URL', hint)
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new WrongValue('has a query, a fragment or credentials in it', hint)
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

interface LocalPlace {
  readonly kind: 'sqlite' | 'memory'
  /** File of a `sqlite` database; empty for `memory`. */
  readonly path: string
}

interface PostgresPlace {
  readonly kind: 'postgres'
  /** No file of ours. */
  readonly path: ''
  /** With the password: never to be shown. */
  readonly url: string
  /** Host and database, which may be shown. */
  readonly name: string
}

export type DatabasePlace = LocalPlace | PostgresPlace

export const database: Read<DatabasePlace> = (raw) => {
  const hint =
    'Use sqlite:PATH, such as sqlite:./data/countersign.db, postgres://USER:PASSWORD@HOST/DATABASE, or memory: for a database that ends with the process.'
  if (raw === 'memory:') return Object.freeze({ kind: 'memory', path: '' })
  if (typeof raw === 'string' && /^postgres(?:ql)?:\/\//.test(raw.trim())) return postgresPlace(raw.trim(), hint)
  const path = typeof raw === 'string' ? /^sqlite:(?!\/\/)(.+)$/.exec(raw.trim())?.[1] : undefined
  if (path === undefined) throw new WrongValue('is no database that this version can open', hint)
  return Object.freeze({ kind: 'sqlite', path })
}

function postgresPlace(text: string, hint: string): DatabasePlace {
  const url = URL.parse(text)
  if (url === null || url.hostname === '' || url.pathname.length < 2)
    throw new WrongValue('is a PostgreSQL URL without a host or a database', hint)
  return Object.freeze({ kind: 'postgres', path: '', url: text, name: `postgres://${url.host}${url.pathname}` })
}

const isScopeList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((scope) => typeof scope === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(scope))

/** Scopes by role, given as an object or as its JSON. Scope characters: RFC 6749 section 3.3. */
export const scopesByRole: Read<Readonly<Record<string, readonly string[]>>> = (raw) => {
  const hint = 'Use a JSON object of lists, such as {"staff":["orders:read","orders:write"]}.'
  let value: unknown = raw
  if (typeof raw === 'string') {
    try {
      value = JSON.parse(raw)
    } catch {
      throw new WrongValue('is not JSON', hint)
    }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new WrongValue('is not an object', hint)
  const scopes: Record<string, readonly string[]> = Object.create(null)
  for (const [role, list] of Object.entries(value)) {
    if (!isScopeList(list)) throw new WrongValue(`has something else than a list of scopes for the role "${role}"`, hint)
    scopes[role] = Object.freeze([...list])
  }
  return Object.freeze(scopes)
}
