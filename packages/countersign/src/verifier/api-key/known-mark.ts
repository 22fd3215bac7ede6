import { AuthError, type Cancel, type Clock, decodeBase64url, isJsonObject } from '../../core/index.ts'
import { ApiKeyMark } from '../../key/index.ts'
import type { Replica } from '../../revocation/index.ts'
import { answerInTime } from '../in-time.ts'
import type { ApiKeySource } from './api-key-source.ts'

export interface KnownMarkOptions {
  readonly source: ApiKeySource
  readonly clock: Clock
  readonly replica: Pick<Replica, 'onEntry'>
}

const TIMEOUT_MS = 1000
/** After a question that was not answered nobody asks for so long. */
const COOL_DOWN_MS = 1000
const KEY_BYTES = 32

/** How the issuer marks its keys: asked for once, and again after it has begun a new epoch, perhaps of another database. */
export class KnownMark {
  readonly #options: KnownMarkOptions
  readonly #cancel: Cancel
  #known: ApiKeyMark | undefined
  #pending: Promise<ApiKeyMark> | undefined
  #notBeforeMs = Number.NEGATIVE_INFINITY

  constructor(options: KnownMarkOptions) {
    this.#options = options
    this.#cancel = options.replica.onEntry(({ kind }) => {
      if (kind === 'epoch') this.#known = undefined
    })
  }

  /** @throws {AuthError} `revocation_unknown`, at once or later. */
  get(): ApiKeyMark | Promise<ApiKeyMark> {
    if (this.#known !== undefined) return this.#known
    if (this.#options.clock.monotonicMs() < this.#notBeforeMs) throw new AuthError('revocation_unknown', { reason: 'api_key_mark' })
    this.#pending ??= this.#ask().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  close(): void {
    this.#cancel()
  }

  async #ask(): Promise<ApiKeyMark> {
    const { source, clock } = this.#options
    try {
      const mark = await answerInTime(clock, TIMEOUT_MS, async (signal) => markOf(await source.mark(signal)))
      this.#known = mark
      return mark
    } catch (error) {
      this.#notBeforeMs = clock.monotonicMs() + COOL_DOWN_MS
      throw error
    }
  }
}

function markOf(document: unknown): ApiKeyMark {
  const key = isJsonObject(document) && typeof document.key === 'string' ? decodeBase64url(document.key) : undefined
  if (key?.length !== KEY_BYTES) throw new Error('what was answered about the mark of API keys has no usable key')
  return new ApiKeyMark(key)
}
