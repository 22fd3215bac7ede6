import { type AuthError, decodeUtf8, isJsonObject, parseJson } from '../core/index.ts'
import { MAX_RENEWAL_LENGTH } from './renewal.ts'

const RENEWAL_TYPE = 'countersign.renew'

/**
 * Recognises `{"type":"countersign.renew","access_token":"…"}` among the messages of a WebSocket.
 *
 * @returns the document, or `undefined` for any other message, which is none of our business.
 */
export function renewalIn(data: unknown, isBinary: unknown): Readonly<Record<string, unknown>> | undefined {
  if (isBinary === true || !(data instanceof Uint8Array) || data.length > MAX_RENEWAL_LENGTH) return undefined
  try {
    const text = decodeUtf8(data)
    // Most messages are not ours, and are not worth parsing twice.
    if (!text.includes(RENEWAL_TYPE)) return undefined
    const message = parseJson(text)
    return isJsonObject(message) && message['type'] === RENEWAL_TYPE ? message : undefined
  } catch {
    return undefined
  }
}

export const renewed = (expiresAt: number): string => JSON.stringify({ type: 'countersign.renewed', expires_at: expiresAt })

export const refused = ({ code }: AuthError): string => JSON.stringify({ type: 'countersign.refused', code })
