import type { Cancel } from 'countersign/core'
import type { LogHead, Position } from 'countersign/revocation'
import type { EventLog, Occurrence } from '../../delivery/event-log.ts'
import type { Log } from './log.ts'

export class MemoryEventLog implements EventLog {
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  async head(): Promise<LogHead> {
    return this.#log.head
  }

  async after(position: Position, limit: number): Promise<readonly Occurrence[] | 'forgotten'> {
    if (position < this.#log.base || position > this.#log.head.position) return 'forgotten'
    return this.#log.after(position, limit).map((entry) => ({ entry, cause: this.#log.causeOf(entry) }))
  }

  onAppend(listener: () => void): Cancel {
    return this.#log.onAppend(listener)
  }
}
