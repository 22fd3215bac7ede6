import { AuthError, type Clock, type EpochMs } from '../core/index.ts'
import type { ReplayStore } from './replay-store.ts'
import { inTime } from './time-limit.ts'

/** The part of a client of the package `redis` that is used; those of others fit too. */
export interface RedisCommands {
  sendCommand(words: string[]): Promise<unknown>
}

export interface RedisReplayStoreOptions {
  readonly client: RedisCommands
  readonly clock: Clock
  /** In front of every key. Default `countersign:claim:`. */
  readonly prefix?: string
  /** How long one claim may take. Default 1 000. */
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 1000
/** The clocks of the machines that share the store may differ so much without re-opening a window. */
const KEPT_LONGER_MS = 10_000

/**
 * Claims in Redis or Valkey, shared by all who name the same server and prefix: `SET key NX PX`, so that one command decides who won.
 *
 * Remembers as long as Redis does. A server that evicts keys, is flushed, or fails over to a replica that has not got the last writes, forgets
 * claims, and what they were for can be used again until its own time is over: give it `maxmemory-policy noeviction`, and use the
 * database where that is not good enough.
 */
export class RedisReplayStore implements ReplayStore {
  readonly #client: RedisCommands
  readonly #clock: Clock
  readonly #prefix: string
  readonly #timeoutMs: number

  constructor({ client, clock, prefix = 'countersign:claim:', timeoutMs = DEFAULT_TIMEOUT_MS }: RedisReplayStoreOptions) {
    this.#client = client
    this.#clock = clock
    this.#prefix = prefix
    this.#timeoutMs = timeoutMs
  }

  /** @throws {AuthError} `unavailable` when Redis does not answer in time. The claim may have been made: a repetition is refused then. */
  async claim(scope: string, id: string, expiresAt: EpochMs): Promise<boolean> {
    const lifeMs = Math.ceil(expiresAt - this.#clock.now())
    if (!Number.isFinite(lifeMs)) throw new RangeError('expiresAt must be a time')
    // The length of the scope comes first, so that no two pairs give one key.
    const key = `${this.#prefix}${scope.length}:${scope}${id}`
    const life = String(Math.max(lifeMs, 0) + KEPT_LONGER_MS)
    const reply = await inTime(this.#clock, this.#timeoutMs, () => this.#client.sendCommand(['SET', key, '', 'NX', 'PX', life]))
    if (reply === 'OK') return true
    if (reply === null) return false
    throw new AuthError('unavailable', { reason: 'replay_store_answer' })
  }

  /** Takes a claim back whose work was not done after all. */
  async release(scope: string, id: string): Promise<void> {
    const key = `${this.#prefix}${scope.length}:${scope}${id}`
    await inTime(this.#clock, this.#timeoutMs, () => this.#client.sendCommand(['DEL', key]))
  }
}
