import { AuthError, decodeUtf8, parseApiKey } from '../../core/index.ts'

/** A key of 80 characters: environment, id, `_`, secret and checksum. Where they stand in the usual header value. */
const BEARER_LENGTH = 'Bearer '.length + 80
const ID_START = 'Bearer cs_live_'.length
const ID_END = ID_START + 22
const bearerKey = /^bearer +(cs_(?:live|test)_.*)$/i
const basic = /^basic +([A-Za-z0-9+/]+={0,2})$/i
/** An id, a colon and a key take 143 characters. */
const MAX_LENGTH = 256

/** In whose hands the key is has not been looked at, nor whether there is such a key. */
export interface PresentedApiKey {
  readonly environment: 'live' | 'test'
  readonly id: string
  readonly key: string
}

/**
 * The id's part of the usual header value. Nothing else of it is looked at but its length.
 *
 * @param start `Bearer cs_live_`, or the same of the other environment.
 */
export function idPartOf(authorization: string, start: string): string | undefined {
  if (authorization.length !== BEARER_LENGTH || !authorization.startsWith(start)) return undefined
  return authorization.slice(ID_START, ID_END)
}

/** Where in such a header value stands what follows the id; and in the key itself. */
export const SECRET_START: number = ID_END
export const SECRET_START_OF_KEY: number = ID_END - 'Bearer '.length

/**
 * Takes the API key out of the value of an `Authorization` header: `Bearer` with the key; or, where Basic is taken, `Basic` with the id as user
 * and the key as password, or the key as user and no password (RFC 7617).
 *
 * @returns `undefined` for any other credential.
 * @throws {AuthError} `credential_malformed` for a key that is none, and for Basic with anything else.
 */
export function presentedApiKey(authorization: string, takesBasic: boolean): PresentedApiKey | undefined {
  const [, key] = authorization.length > MAX_LENGTH ? [] : (bearerKey.exec(authorization) ?? [])
  if (key !== undefined) return { ...parseApiKey(key), key }
  return takesBasic && isBasic(authorization) ? basicApiKey(authorization) : undefined
}

const isBasic = (authorization: string): boolean => /^basic /i.test(authorization)

function basicApiKey(authorization: string): PresentedApiKey {
  const text = decoded(authorization)
  const colon = text.indexOf(':')
  if (colon < 0) throw malformed()
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)]
  const key = password === '' ? user : password
  const parts = parseApiKey(key)
  // Whoever names a key means that one.
  if (password !== '' && user !== parts.id) throw malformed()
  return { ...parts, key }
}

function decoded(authorization: string): string {
  const [, encoded] = authorization.length > MAX_LENGTH ? [] : (basic.exec(authorization) ?? [])
  if (encoded === undefined) throw malformed()
  const bytes = Buffer.from(encoded, 'base64')
  // Only one spelling of it.
  if (bytes.toString('base64') !== encoded) throw malformed()
  try {
    return decodeUtf8(bytes)
  } catch {
    throw malformed()
  }
}

const malformed = (): AuthError => new AuthError('credential_malformed', { scheme: 'basic' })
