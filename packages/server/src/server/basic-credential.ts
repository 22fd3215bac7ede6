import { AuthError, decodeUtf8 } from 'countersign/core'

const MAXIMUM_LENGTH = 512

export interface BasicCredential {
  readonly id: string
  readonly secret: string
}

/** By the scheme alone. */
export const isBasic = (authorization: string | undefined): boolean => /^basic /i.test(authorization ?? '')

/** Reads id and secret from an `Authorization` header value (RFC 7617). @throws {AuthError} `credential_malformed`. */
export function basicCredential(authorization: string): BasicCredential {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? []
  if (encoded === undefined || encoded.length > MAXIMUM_LENGTH) throw malformed()
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) throw malformed()
  const text = decoded(bytes)
  const colon = text.indexOf(':')
  if (colon < 0) throw malformed()
  return { id: text.slice(0, colon), secret: text.slice(colon + 1) }
}

function decoded(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch {
    throw malformed()
  }
}

const malformed = (): AuthError => new AuthError('credential_malformed', { scheme: 'basic' })
