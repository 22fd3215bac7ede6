import { Agent, get } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'

/** One open connection a service: what is measured is the service, not the caller. */
const agent = new Agent({ keepAlive: true })

/** What one service said. */
export interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly roles: readonly string[]
}

export function call(url: string, token: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      json(response).then((body) => {
        const { code, roles = [] } = body as { readonly code?: string; readonly roles?: readonly string[] }
        resolve({ status: response.statusCode ?? 0, code, roles })
      }, reject)
    })
    request.once('error', reject)
  })
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
    // Asking without a pause would only measure who gets a processor.
    await pause(1)
  }
}

export const refused = (answer: Answer): boolean => answer.status === 401 && answer.code === 'token_revoked'
export const accepted = (answer: Answer): boolean => answer.status === 200
export const unknown = (answer: Answer): boolean => answer.status === 503 && answer.code === 'revocation_unknown'

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
