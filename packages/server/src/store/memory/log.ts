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
import { actUnderWay, apart, type Deed } from '../../audit/index.ts'
import type { Cause } from '../../delivery/event-log.ts'
import type { Append } from '../append.ts'

/** The entries since `base`, which is the newest one forgotten. */
export class Log {
  readonly #cutoffLifeMs: number
  readonly #onAppended: () => void
  readonly #listeners = new Set<() => void>()
  readonly #causes = new Map<Position, Cause>()
  readonly #deeds = new Map<Position, Deed>()
  #entries: LogEntry[] = []
  #base: LogHead = { position: ORIGIN, hash: ORIGIN_HASH }
  #isNotifying = false
  /** What ends with an entry, whoever appends it. */
  #ending: (append: Append) => void = () => undefined

  /** @param onAppended Called within the stretch that appends. */
  constructor(cutoffLifeMs: number, onAppended: () => void = () => undefined) {
    this.#cutoffLifeMs = cutoffLifeMs
    this.#onAppended = onAppended
  }

  get head(): LogHead {
    const { position, hash } = this.#entries.at(-1) ?? this.#base
    return { position, hash }
  }

  /** Entries after `position`, oldest first. */
  after(position: Position, limit: number): readonly LogEntry[] {
    let [first, end] = [0, this.#entries.length]
    while (first < end) {
      const middle = (first + end) >>> 1
      if ((this.#entries[middle] as LogEntry).position > position) end = middle
      else first = middle + 1
    }
    return this.#entries.slice(first, first + limit)
  }

  /** Before it there is nothing to read. */
  get base(): Position {
    return this.#base.position
  }

  /** @throws {RangeError} when `at` is no time; nothing has changed then. */
  /** Calls `ending` with each entry that was appended. */
  endsWith(ending: (append: Append) => void): void {
    this.#ending = ending
  }

  /** Something was changed of which verifiers need not know. */
  noteChange(): void {
    this.#onAppended()
  }

  append(append: Append): LogEntry {
    const { kind, target, mode, at, cause } = append
    if (!Number.isSafeInteger(at)) throw new RangeError('the time of a log entry must be whole milliseconds')
    const head = this.head
    const draft = { kind, target: { kind: target.kind, id: target.id }, mode, expiresAt: at + this.#cutoffLifeMs }
    const entry = chain(head, at, draft, kind === 'epoch' ? nextEpoch(head.position, at) : head.position + 1)
    this.#entries.push(entry)
    if (cause !== undefined) this.#causes.set(entry.position, cause)
    const deed = actUnderWay()?.deed
    if (deed !== undefined) this.#deeds.set(entry.position, deed)
    this.#ending(append)
    this.#onAppended()
    this.#notifySoon()
    return entry
  }

  /** What stands behind an entry. */
  causeOf({ position }: LogEntry): Cause {
    return this.#causes.get(position) ?? {}
  }

  /** Who has done what, where it was somebody's act. */
  deedOf({ position }: LogEntry): Deed | undefined {
    return this.#deeds.get(position)
  }

  cutOff(target: Target, mode: RevocationMode, at: EpochMs, cause: Cause = {}): LogEntry {
    return this.append({ kind: 'cutoff', target, mode, at, cause })
  }

  /** Drops the expired entries at the old end, but never the head. */
  forget(now: EpochMs): number {
    const last = this.#entries.length - 1
    const firstLiving = this.#entries.findIndex(({ expiresAt }, order) => expiresAt > now || order === last)
    const newestDead = this.#entries[firstLiving - 1]
    if (newestDead === undefined) return 0
    this.#base = { position: newestDead.position, hash: newestDead.hash }
    for (const { position } of this.#entries.slice(0, firstLiving)) {
      this.#causes.delete(position)
      this.#deeds.delete(position)
    }
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
      apart(() => {
        for (const listener of this.#listeners) listener()
      })
    })
  }
}
