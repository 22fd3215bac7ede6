import type { Outbound } from './outbound.ts'

/** More than any set of keys. */
const MAX_BYTES = 262_144

/**
 * `fetch` for documents at addresses that somebody else has named: what others publish of themselves, and what that names in turn. It reads, and
 * sends nothing but headers; a redirect is an answer like any other.
 */
export const outboundFetch =
  (outbound: Outbound): typeof globalThis.fetch =>
  async (input, init) => {
    const { signal, headers } = init ?? {}
    if ((init?.body ?? undefined) !== undefined || (init?.method ?? 'GET') !== 'GET') throw new TypeError('this only reads')
    const { status, body } = await outbound.get({
      url: input instanceof Request ? input.url : String(input),
      headers: Object.fromEntries(new Headers(headers)),
      signal: signal ?? new AbortController().signal,
      maxBytes: MAX_BYTES,
    })
    // Of some statuses an answer has no body.
    return new Response(status === 200 ? body : null, { status })
  }
