import type { IncomingMessage } from 'node:http'
import { AuthError, isJsonObject, parseJsonBytes } from '../core/index.ts'
import { headerOf } from './exchange.ts'

const MAX_BODY_BYTES = 32_768
const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/** What of a sign-in is handed on. How the tokens travel is not the page's to say. */
const signInMembers = ['email', 'password', 'totp_code', 'recovery_code', 'passkey', 'device']

/**
 * The body of a request to one of our own addresses: JSON, which no form of another site can send.
 *
 * @throws {AuthError} `content_type_unsupported`, `content_too_large`, `request_invalid`.
 */
export async function jsonBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const isCoded = (headerOf(request, 'content-encoding') ?? 'identity') !== 'identity'
  if (isCoded || !jsonType.test(headerOf(request, 'content-type') ?? '')) throw new AuthError('content_type_unsupported')
  const parsed = parseJsonBytes(await boundedBody(request, MAX_BODY_BYTES))
  if (!isJsonObject(parsed)) throw new AuthError('request_invalid', { reason: 'no_object' })
  return parsed
}

/** All of a body. @throws {AuthError} `content_too_large`; `request_invalid` for one that broke off. */
export async function boundedBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    // Not destroyed when it is left: the refusal has to go out on the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > limitBytes) throw new AuthError('content_too_large')
      chunks.push(chunk)
    }
  } catch (cause) {
    throw cause instanceof AuthError ? cause : new AuthError('request_invalid', { reason: 'broken_off' }, { cause })
  }
  return Buffer.concat(chunks, length)
}

/** @param deviceToken What an earlier sign-in has left in the browser. */
export function signInRequest(
  given: Readonly<Record<string, unknown>>,
  deviceToken: string | undefined,
): Readonly<Record<string, unknown>> {
  const unknown = Object.keys(given).find((name) => !signInMembers.includes(name))
  if (unknown !== undefined) throw new AuthError('request_invalid', { reason: 'member' })
  const { device: name, ...members } = given
  if (name !== undefined && typeof name !== 'string') throw new AuthError('request_invalid', { reason: 'device' })
  if (deviceToken === undefined) return given
  return { ...members, device: { ...(name === undefined ? {} : { name }), token: deviceToken } }
}
