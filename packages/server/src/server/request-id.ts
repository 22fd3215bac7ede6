import { encodeBase64url, type Random } from 'countersign/core'

/** A new id for one request: made by us, so that no caller can forge a place in our log. */
export const requestId = (random: Random): string => `req_${encodeBase64url(random.bytes(12))}`

/** A caller's own `x-request-id`, when it is short and harmless enough for a log line. */
export function callerRequestId(header: string | null): string | undefined {
  return header !== null && /^[A-Za-z0-9._:-]{1,64}$/.test(header) ? header : undefined
}
