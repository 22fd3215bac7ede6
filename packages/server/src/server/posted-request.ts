import { AuthError, decodeUtf8 } from 'countersign/core'
import { isForm, readBytes } from './request-body.ts'

/** As an address; with the cookies it has to fit into what servers read of a request's head. */
const MAXIMUM_CHARACTERS = 8192

/**
 * A request to sign in that a client has posted through a browser (OpenID Connect Core section 3.1.2.1) is asked again as a GET. Browsers leave our
 * cookies out when another site posts a form (`SameSite`), and bring them along when the answer leads them on: only then can it be seen who is signed in.
 *
 * @returns where it is asked again.
 * @throws {AuthError} `content_type_unsupported`; `content_too_large` for what has to be pushed first (RFC 9126); `request_invalid`.
 */
export async function askedAgain(request: Request, path: string): Promise<string> {
  if (!isForm(request)) throw new AuthError('content_type_unsupported')
  const query = new URLSearchParams(textOf(await readBytes(request))).toString()
  if (query.length > MAXIMUM_CHARACTERS) throw new AuthError('content_too_large')
  return `${path}?${query}`
}

function textOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    throw new AuthError('request_invalid', { reason: 'not_utf8' }, { cause })
  }
}
