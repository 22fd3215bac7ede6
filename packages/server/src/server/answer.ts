/** A JSON answer. What it must never be is cached: `Cache-Control: no-store` comes with the security headers. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

export const noContent = (): Response => new Response(null, { status: 204 })

/** It will be seen to. What becomes of it is not told. */
export const accepted = (): Response => new Response(null, { status: 202 })
