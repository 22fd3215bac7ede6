/** What one service said, and when. */
export interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly roles: readonly string[]
}

export async function call(url: string, token: string): Promise<Answer> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const body = (await response.json()) as { code?: string; roles?: readonly string[] }
  return { status: response.status, code: body.code, roles: body.roles ?? [] }
}

/**
 * Calls again and again until `wanted` holds.
 *
 * @returns milliseconds from now to the arrival of the first answer that it holds for.
 * @throws Error when that has not come within `withinMs`.
 */
export async function until(url: string, token: string, wanted: (answer: Answer) => boolean, withinMs = 15_000): Promise<number> {
  const begun = performance.now()
  for (;;) {
    const answer = await call(url, token)
    const elapsedMs = performance.now() - begun
    if (wanted(answer)) return elapsedMs
    if (elapsedMs > withinMs)
      throw new Error(`${url} still answers ${answer.status} ${answer.code ?? ''} after ${Math.round(elapsedMs)} ms`)
  }
}

export const refused = (answer: Answer): boolean => answer.status === 401 && answer.code === 'token_revoked'
export const accepted = (answer: Answer): boolean => answer.status === 200
export const unknown = (answer: Answer): boolean => answer.status === 503 && answer.code === 'revocation_unknown'

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
