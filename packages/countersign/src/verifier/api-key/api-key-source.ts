import type { EpochSeconds } from '../../core/index.ts'

/** That a key was used, for whoever looks after it. */
export interface ApiKeyUse {
  readonly id: string
  readonly at: EpochSeconds
}

/** Who knows API keys: the issuer. */
export interface ApiKeySource {
  /**
   * @returns what `GET /v1/api-keys/mark` answers, as JSON: the key with which ids are marked.
   * @throws {Error} There is no answer.
   */
  mark(signal: AbortSignal): Promise<unknown>
  /**
   * @returns what `POST /v1/api-keys/lookup` answers, as JSON; `undefined` when no such key may be used.
   * @throws {Error} There is no answer.
   */
  lookUp(id: string, signal: AbortSignal): Promise<unknown>
  /** Takes a batch of last uses. @throws {Error} Then they are told again. */
  report(uses: readonly ApiKeyUse[], signal: AbortSignal): Promise<void>
}
