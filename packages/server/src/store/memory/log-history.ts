import type { EpochMs } from 'countersign/core'
import { type LogEntry, ORIGIN, type Position, type RevocationMode, type Target } from 'countersign/revocation'
import type { HistoryPage, LogHistory, LogStanding, PastEntries, PastEntry, Reach } from '../../revocation/log-history.ts'
import type { Session } from '../../session/session.ts'
import { type HistoryReader, historyPage } from '../log-history-page.ts'
import { reachKind, reachOf, type ReachRow } from '../log-history-query.ts'
import { standsBehind } from './log-store.ts'
import { hasExpired } from './session-store.ts'
import type { ArtifactRecord, Tables } from './tables.ts'

export class MemoryLogHistory implements LogHistory, HistoryReader {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  page(page: HistoryPage): Promise<PastEntries> {
    return historyPage(this, page)
  }

  async select({ kind, id, since = 0, before, limit }: HistoryPage, window: number | undefined): Promise<readonly PastEntry[]> {
    const { log } = this.#tables
    return this.#before(before, this.#since(since))
      .slice(0, window)
      .filter(({ target }) => (kind ?? target.kind) === target.kind && (id ?? target.id) === target.id)
      .slice(0, limit)
      .map((entry) => ({ entry, reason: log.causeOf(entry).reason, deed: log.deedOf(entry) }))
  }

  async end(before: Position, window: number): Promise<Position | undefined> {
    return this.#before(before, this.#kept())[window - 1]?.position
  }

  async standing(now: EpochMs, since: EpochMs): Promise<LogStanding> {
    const { base, head } = this.#tables.log
    const kept = this.#kept()
    const firstLiving = kept.findIndex(({ expiresAt }) => expiresAt > now)
    return {
      head: head.position,
      headAt: kept.at(-1)?.at,
      living: firstLiving === -1 ? 0 : kept.length - firstLiving,
      since: this.#since(since).length,
      keptSince: base === ORIGIN ? undefined : kept[0]?.at,
    }
  }

  async reach(target: Target, mode: RevocationMode, now: EpochMs): Promise<Reach> {
    return reachOf(target, mode, this.#reach({ kind: reachKind(target), id: target.id }, now))
  }

  #reach({ kind, id }: { readonly kind: string; readonly id: string }, now: EpochMs): ReachRow | undefined {
    if (!isBehindSessions(kind)) return undefined
    const target = { kind, id }
    const living = [...this.#tables.sessions.values()].filter((session) => !hasExpired(session, now))
    const ending = living.filter((session) => standsBehind(session, target))
    const held = [...this.#tables.artifacts.values()].filter((artifact) => isHeldBehind(artifact, target, ending))
    const isLiving = ({ grant, consumedAt, expiresAt, session }: ArtifactRecord): boolean =>
      grant !== undefined &&
      consumedAt === undefined &&
      expiresAt > now &&
      (session === undefined || living.some((each) => each.id === session))
    const grants = new Set(held.filter(isLiving).map(({ grant }) => grant))
    const people = new Set(ending.map(({ user }) => user))
    return { seen_sessions: ending.length, sessions: ending.length, people: people.size, seen_grants: held.length, grants: grants.size }
  }

  #kept(): readonly LogEntry[] {
    return this.#tables.log.after(this.#tables.log.base, Number.POSITIVE_INFINITY)
  }

  #since(since: EpochMs): readonly LogEntry[] {
    const kept = this.#kept()
    const first = kept.findIndex(({ at }) => at >= since)
    return first === -1 ? [] : kept.slice(first)
  }

  /** Newest first. */
  #before(before: Position | undefined, entries: readonly LogEntry[]): readonly LogEntry[] {
    return entries.filter(({ position }) => position < (before ?? Number.POSITIVE_INFINITY)).reverse()
  }
}

const isBehindSessions = (kind: string): kind is 'everyone' | 'client' | 'user' | 'session' =>
  kind === 'everyone' || kind === 'client' || kind === 'user' || kind === 'session'

function isHeldBehind({ user, client, session }: ArtifactRecord, target: Target, ending: readonly Session[]): boolean {
  const isOwn =
    target.kind === 'everyone' || (target.kind === 'user' && user === target.id) || (target.kind === 'client' && client === target.id)
  return isOwn || ending.some(({ id }) => id === session)
}
