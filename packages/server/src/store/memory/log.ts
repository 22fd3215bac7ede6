import type { Cancel, EpochMs } from 'countersign/core'
import {
  chain,
  type LogEntry,
  type LogHead,
  nextEpoch,
  ORIGIN,
  ORIGIN_HASH,
  type Position,
  type RevocationMode,
  type Target,
} from 'countersign/revocation'
import type { Append } from '../append.ts'

/** The entries since `base`, which is the newest one forgotten. */
export class Log {
  readonly #cutoffLifeMs: number
  readonly #listeners = new Set<() => void>()
  #entries: LogEntry[] = []
  #base: LogHead = { position: ORIGIN, hash: ORIGIN_HASH }
  #isNotifying = false

  constructor(cutoffLifeMs: number) {
    this.#cutoffLifeMs = cutoffLifeMs
  }

  get head(): LogHead {
    const { position, hash } = this.#entries.at(-1) ?? this.#base
    return { position, hash }
  }

  get entries(): readonly LogEntry[] {
    return this.#entries
  }

  /** Before it there is nothing to read. */
  get base(): Position {
    return this.#base.position
  }

  /** @throws {RangeError} when `at` is no time; nothing has changed then. */
  append({ kind, target, mode, at }: Append): LogEntry {
    if (!Number.isSafeInteger(at)) throw new RangeError('the time of a log entry must be whole milliseconds')
    const head = this.head
    const draft = { kind, target: { kind: target.kind, id: target.id }, mode, expiresAt: at + this.#cutoffLifeMs }
    const entry = chain(head, at, draft, kind === 'epoch' ? nextEpoch(head.position, at) : head.position + 1)
    this.#entries.push(entry)
    this.#notifySoon()
    return entry
  }

  cutOff(target: Target, mode: RevocationMode, at: EpochMs): LogEntry {
    return this.append({ kind: 'cutoff', target, mode, at })
  }

  /** Drops the expired entries at the old end, but never the head. */
  forget(now: EpochMs): number {
    const last = this.#entries.length - 1
    const firstLiving = this.#entries.findIndex(({ expiresAt }, order) => expiresAt > now || order === last)
    const newestDead = this.#entries[firstLiving - 1]
    if (newestDead === undefined) return 0
    this.#base = { position: newestDead.position, hash: newestDead.hash }
    this.#entries = this.#entries.slice(firstLiving)
    return firstLiving
  }

  onAppend(listener: () => void): Cancel {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** After the change that the entry belongs to, once for all entries of one stretch. */
  #notifySoon(): void {
    if (this.#isNotifying) return
    this.#isNotifying = true
    queueMicrotask(() => {
      this.#isNotifying = false
      for (const listener of this.#listeners) listener()
    })
  }
}
