export interface BasicCredentials {
  readonly id: string
  readonly secret: string
}

/** Base64 with all of its padding, or none. */
const FORM = /^basic ((?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}(?:==)?|[a-z0-9+/]{3}=?)?)$/i

/**
 * Reads id and secret of a client from an `Authorization` header value, each form-encoded (RFC 6749 section 2.3.1).
 *
 * @returns undefined for what is no such header, or broken: that is for the protocol library to refuse.
 */
export function basicCredentials(header: string | null): BasicCredentials | undefined {
  const [, encoded] = FORM.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const [id, secret] = [formDecoded(text.slice(0, colon)), formDecoded(text.slice(colon + 1))]
  return colon < 0 || id === undefined || secret === undefined ? undefined : { id, secret }
}

const isPlain = /^[\w.~-]*$/

function formDecoded(text: string): string | undefined {
  if (isPlain.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
