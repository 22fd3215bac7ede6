import { AuthError, type Clock } from '../core/index.ts'

/**
 * What the issuer answers, if it does in time.
 *
 * @throws {AuthError} `revocation_unknown` when it does not, or fails; its own refusals as they are.
 */
export async function answerInTime<Answer>(
  clock: Clock,
  timeoutMs: number,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const controller = new AbortController()
  let cancel = (): void => undefined
  const timedOut = new Promise<never>((_, reject) => {
    cancel = clock.after(timeoutMs, () => {
      reject(unanswered('time_out'))
      controller.abort()
    })
  })
  try {
    return await Promise.race([ask(controller.signal), timedOut])
  } catch (error) {
    throw error instanceof AuthError ? error : unanswered('no_answer', error)
  } finally {
    cancel()
  }
}

/** The cause may name the token's bearer: it goes no further than to who debugs. */
export const unanswered = (reason: string, cause?: unknown): AuthError =>
  new AuthError('revocation_unknown', { reason: `issuer_${reason}` }, { cause })
