import type { Cancel, EpochMs } from 'countersign/core'
import { defaultMode, type LogEntry, type LogHead, type Position, type Target } from 'countersign/revocation'
import type { LogStore, Revocation } from '../../revocation/log-store.ts'
import type { Session } from '../../session/session.ts'
import { causeOfRevocation } from '../append.ts'
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
    const { base, head } = this.#tables.log
    if (position < base || position > head.position) return 'forgotten'
    return this.#tables.log.after(position, limit)
  }

  async keptAfter(position: Position, limit: number): Promise<readonly LogEntry[]> {
    return this.#tables.log.after(position, limit)
  }

  async revoke({ target, mode, at, reason }: Revocation): Promise<LogEntry> {
    const isHard = mode === 'hard' && defaultMode(target.kind) === 'hard'
    const user = isHard && target.kind === 'session' ? this.#tables.sessions.get(target.id)?.user : undefined
    const entry = this.#tables.log.cutOff(target, isHard ? 'hard' : 'soft', at, causeOfRevocation(user, reason))
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

export function standsBehind(session: Session, target: Target): boolean {
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
