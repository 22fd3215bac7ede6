import { AuthError, type Clock } from '../core/index.ts'

/**
 * What `ask` resolves to, if it does in time.
 *
 * @throws {AuthError} `unavailable` when it does not, or fails.
 */
export async function inTime<T>(clock: Clock, timeoutMs: number, ask: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      cancel()
      reject(new AuthError('unavailable', { reason }, { cause }))
    }
    const cancel = clock.after(timeoutMs, () => fail('replay_store_slow'), { keepsProcess: true })
    ask().then(
      (answer) => {
        cancel()
        resolve(answer)
      },
      (cause: unknown) => fail('replay_store_failed', cause),
    )
  })
}
