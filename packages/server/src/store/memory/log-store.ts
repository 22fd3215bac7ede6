import type { Cancel, EpochMs } from 'countersign/core'
import { defaultMode, type LogEntry, type LogHead, type Position, type Target } from 'countersign/revocation'
import type { LogSnapshot, LogStore, Revocation } from '../../revocation/log-store.ts'
import type { Session } from '../../session/session.ts'
import type { Tables } from './tables.ts'

export class MemoryLogStore implements LogStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async head(): Promise<LogHead> {
    return this.#tables.log.head
  }

  async entriesAfter(position: Position, limit: number): Promise<readonly LogEntry[] | 'forgotten'> {
    const { base, head, entries } = this.#tables.log
    if (position < base || position > head.position) return 'forgotten'
    return entries.filter((entry) => entry.position > position).slice(0, limit)
  }

  async snapshot(now: EpochMs): Promise<LogSnapshot> {
    const newest = new Map<string, LogEntry>()
    for (const entry of this.#tables.log.entries) {
      const key = `${entry.kind} ${entry.target.kind} ${entry.target.id}`
      // Taken out first, so that the map stays in the order of positions.
      newest.delete(key)
      if (entry.expiresAt > now) newest.set(key, entry)
    }
    return { head: this.#tables.log.head, entries: [...newest.values()] }
  }

  async revoke({ target, mode, at }: Revocation): Promise<LogEntry> {
    const isHard = mode === 'hard' && defaultMode(target.kind) === 'hard'
    const entry = this.#tables.log.cutOff(target, isHard ? 'hard' : 'soft', at)
    if (isHard) this.#tables.dropSessions((session) => standsBehind(session, target))
    return entry
  }

  async openEpoch(at: EpochMs): Promise<LogEntry> {
    const entry = this.#tables.log.append({ kind: 'epoch', target: { kind: 'everyone', id: '' }, mode: 'hard', at })
    this.#tables.sessions.clear()
    return entry
  }

  async forget(now: EpochMs): Promise<number> {
    return this.#tables.log.forget(now)
  }

  onAppend(listener: () => void): Cancel {
    return this.#tables.log.onAppend(listener)
  }
}

function standsBehind(session: Session, target: Target): boolean {
  switch (target.kind) {
    case 'everyone':
      return true
    case 'client':
      return session.client === target.id
    case 'user':
      return session.user === target.id
    case 'session':
      return session.id === target.id
    default:
      return false
  }
}
