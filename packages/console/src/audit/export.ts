import type { AuditEvent, AuditPage } from '../api/audit.ts'
import { csvText } from '../kit/csv.ts'

export type ExportForm = 'csv' | 'jsonl'

/** The largest page that the server gives. */
export const EXPORT_PAGE = 500

interface ExportOptions {
  readonly load: (after: string | undefined) => Promise<AuditPage>
  /** Told after each page, with how many there are by then. */
  readonly onProgress: (count: number) => void
}

/** Everything that fits, page by page, newest first. Stops where `load` throws. */
export async function allEvents({ load, onProgress }: ExportOptions): Promise<readonly AuditEvent[]> {
  const all: AuditEvent[] = []
  let after: string | undefined
  do {
    const { items, next } = await load(after)
    all.push(...items)
    onProgress(all.length)
    after = next ?? undefined
  } while (after !== undefined)
  return all
}

const titles = [
  ...['position', 'at', 'operation', 'actor_kind', 'actor_id', 'actor_session', 'actor_by', 'target_kind', 'target_id'],
  ...['outcome', 'code', 'address', 'request_id', 'members', 'methods', 'count', 'hash'],
]

const cellsOf = ({ actor, target, ...event }: AuditEvent): readonly string[] =>
  [
    ...[event.position, event.at, event.operation],
    ...[actor.kind, actor.id, actor.session, actor.by, target?.kind, target?.id],
    ...[event.outcome, event.code, event.address, event.request_id],
    ...[event.members.join(' '), event.methods.join(' '), event.count, event.hash],
  ].map((cell) => String(cell ?? ''))

/** The same columns as `countersign audit list --format csv`, and the same lines as `--format lines`. */
export const exportText = (events: readonly AuditEvent[], form: ExportForm): string =>
  form === 'csv' ? csvText(titles, events.map(cellsOf)) : events.map((event) => `${JSON.stringify(event)}\n`).join('')
