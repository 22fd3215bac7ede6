import { MOST_COUNTED, type HistoryPage } from '../revocation/log-history.ts'
import type { Reach } from '../revocation/log-history.ts'
import type { RevocationMode, Target } from 'countersign/revocation'

/** How a database writes tables and parameters. */
export interface Dialect {
  readonly table: (name: string) => string
  readonly mark: (number: number) => string
  /** A join from left to right, where the database would take another way. */
  readonly inOrder: string
}

export interface HistoryQuery {
  /** Names the statement: the same for all pages with the same members. */
  readonly name: string
  readonly sql: string
  readonly values: readonly (string | number)[]
}

type Given = readonly [name: string, value: string | number | undefined, condition: (parameter: string) => string]

/** The conditions that are asked for, and no others; newest first. Positions bound what is looked at, and so does the window. */
export function historyQuery(
  { kind, id, since, before, limit }: HistoryPage,
  window: number | undefined,
  { table, mark }: Dialect,
): HistoryQuery {
  const entries = table('log_entry')
  const values: (string | number)[] = []
  const all = (...conditions: readonly Given[]): string =>
    ['true', ...conditions.flatMap(([, value, condition]) => (value === undefined ? [] : [condition(mark(values.push(value)))]))].join(
      ' AND ',
    )
  const places = all(
    ['since', since, (value) => `position >= (${firstSince(entries, value)})`],
    ['before', before, (value) => `position < ${value}`],
  )
  const newestFirst = 'ORDER BY position DESC LIMIT'
  const looked = window === undefined ? entries : `(SELECT * FROM ${entries} WHERE ${places} ${newestFirst} ${mark(values.push(window))}) w`
  const targets = all(['id', id, (value) => `target_id = ${value}`], ['kind', kind, (value) => `target_kind = ${value}`])
  const sql = `
    SELECT position, at, kind, target_kind, target_id, mode, expires_at, cause, deed FROM ${looked}
    WHERE ${window === undefined ? `${places} AND ${targets}` : targets} ${newestFirst} ${mark(values.push(limit))}`
  const name = Object.entries({ kind, id, since, before, window }).flatMap(([given, value]) => (value === undefined ? [] : [given]))
  return { name: name.join(' '), sql, values }
}

/** The last of a window. Parameters: before, and how many come ahead of it. */
export const endQuery = ({ table, mark }: Dialect): string =>
  `SELECT position FROM ${table('log_entry')} WHERE position < ${mark(1)} ORDER BY position DESC LIMIT 1 OFFSET ${mark(2)}`

/** Halves what lies between the first and the last entry, whatever gaps it has: of a place the newest entry counts that is not beyond it. */
function firstSince(entries: string, since: string): string {
  const isSince = (place: string): string =>
    `(SELECT e.at >= ${since} FROM ${entries} e WHERE e.position <= ${place} ORDER BY e.position DESC LIMIT 1)`
  // Each of them alone, so that no index is walked for it.
  const last = `(SELECT max(position) FROM ${entries})`
  const low = 'CASE WHEN is_since THEN low ELSE middle + 1 END'
  const high = 'CASE WHEN is_since THEN middle ELSE high END'
  const middle = `((${low}) + (${high})) / 2`
  return `
    WITH RECURSIVE halving (low, high, middle, is_since) AS (
      SELECT (SELECT min(position) FROM ${entries}), ${last}, ${last}, ${isSince(last)}
      UNION ALL
      SELECT ${low}, ${high}, ${middle}, ${isSince(middle)} FROM halving WHERE low < high
    )
    SELECT low FROM halving WHERE low = high AND is_since LIMIT 1`
}

export interface StandingRow {
  readonly head: number
  readonly head_at: number | null
  readonly living: number | null
  readonly since: number | null
  readonly kept_since: number | null
}

/** Parameters: now, since. Positions have no gap but before the first of an epoch, so that what lies between two is a matter of arithmetic. */
export function standingQuery({ table, mark }: Dialect): string {
  const entries = table('log_entry')
  const countFrom = (first: string): string => `
    h.position - ${first} + 1 - (
      SELECT CAST(coalesce(sum(e.position - 1 - (SELECT max(b.position) FROM ${entries} b WHERE b.position < e.position)), 0) AS bigint)
      FROM ${entries} e WHERE e.kind = 'epoch' AND e.position > ${first})`
  return `
    SELECT h.position AS head, (SELECT e.at FROM ${entries} e WHERE e.position = h.position) AS head_at,
      ${countFrom('l.position')} AS living, ${countFrom('s.position')} AS since,
      CASE WHEN h.base_position > 0 THEN (SELECT e.at FROM ${entries} e ORDER BY e.position LIMIT 1) END AS kept_since
    FROM ${table('log_head')} h
    LEFT JOIN (SELECT position FROM ${entries} WHERE expires_at > ${mark(1)} ORDER BY position LIMIT 1) l ON true
    LEFT JOIN (SELECT (${firstSince(entries, mark(2))}) AS position) s ON true`
}

export interface ReachRow {
  readonly seen_sessions: number
  readonly sessions: number
  readonly people: number
  readonly seen_grants: number
  readonly grants: number
}

/** Behind which sessions a target stands. None do behind what is not here. */
const sessionsOf: Readonly<Record<string, string>> = { everyone: 'true', client: 'client', user: 'user_id', session: 'id' }
/** What applications hold beside what they hold by a session. */
const artifactsOf: Readonly<Record<string, string>> = { everyone: 'true', client: 'client_id', user: 'user_id' }

/** Of one kind of target. Parameters: now, the id of the target (of everyone: the empty text). */
export function reachQuery(kind: string, { table, mark, inOrder }: Dialect): string | undefined {
  const behind = sessionsOf[kind]
  if (behind === undefined) return undefined
  const [now, id, rows] = [mark(1), mark(2), MOST_COUNTED + 1]
  // Of everyone the parameter is used as well, so that all kinds take the same.
  const is = (column: string): string => (column === 'true' ? `${id} = ''` : `${column} = ${id}`)
  const columns = 'a.grant_id, a.session_id, a.expires_at, a.consumed_at'
  const own = artifactsOf[kind]
  const ofTarget = `SELECT * FROM (SELECT ${columns} FROM ${table('oauth_artifact')} a WHERE ${is(own ?? 'true')} LIMIT ${rows}) o`
  const ofSessions = `
    SELECT * FROM (
      SELECT ${columns} FROM seen ${inOrder} ${table('oauth_artifact')} a ON a.user_id = seen.user_id AND a.session_id = seen.id LIMIT ${rows}
    ) t`
  // All of them are in the first where the target is everyone, or the person whose sessions they are.
  const held = { everyone: ofTarget, user: ofTarget, session: ofSessions }[kind] ?? `${ofTarget} UNION ALL ${ofSessions}`
  return `
    WITH seen AS MATERIALIZED (
      SELECT id, user_id, CASE WHEN expires_at > ${now} AND idle_expires_at > ${now} THEN 1 ELSE 0 END AS lives
      FROM ${table('session')} WHERE ${is(behind)} LIMIT ${rows}
    ), held AS MATERIALIZED (${held}), ending AS (
      SELECT grant_id FROM held h
      WHERE grant_id IS NOT NULL AND consumed_at IS NULL AND expires_at > ${now} AND (session_id IS NULL OR EXISTS (
        SELECT 1 FROM ${table('session')} s WHERE s.id = h.session_id AND s.expires_at > ${now} AND s.idle_expires_at > ${now}))
    )
    SELECT (SELECT count(*) FROM seen) AS seen_sessions, (SELECT count(*) FROM seen WHERE lives = 1) AS sessions,
      (SELECT count(DISTINCT user_id) FROM seen WHERE lives = 1) AS people,
      (SELECT count(*) FROM held) AS seen_grants, (SELECT count(DISTINCT grant_id) FROM ending) AS grants`
}

const bounded = (count: number): number => Math.min(count, MOST_COUNTED)

/** @param row Undefined where nothing stands behind the target. */
export function reachOf({ kind, id }: Target, mode: RevocationMode, row: ReachRow | undefined): Reach {
  // Whose tokens bear a role, a group, a key or an id is in the tokens alone.
  const isKnown = row !== undefined || (kind === 'issuer' && id !== '')
  const { seen_sessions: seen = 0, sessions = 0, people = 0, seen_grants: held = 0, grants = 0 } = row ?? {}
  const isAtLeast = seen > MOST_COUNTED || (mode === 'hard' && held > MOST_COUNTED)
  if (mode === 'soft') return { sessions: 0, people: 0, grants: 0, renewing: isKnown ? bounded(sessions) : undefined, isAtLeast }
  return { sessions: bounded(sessions), people: bounded(people), grants: bounded(grants), renewing: 0, isAtLeast }
}

/** The kind whose sessions are behind a target: this issuer's are everyone's. */
export const reachKind = ({ kind, id }: Target): string => (kind === 'issuer' && id === '' ? 'everyone' : kind)
