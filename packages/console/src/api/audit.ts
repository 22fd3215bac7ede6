import { send } from './request.ts'

export interface AuditEvent {
  readonly position: number
  readonly at: string
  readonly operation: string
  readonly actor: { readonly kind: string; readonly id: string | null; readonly session: string | null; readonly by: string | null }
  readonly target: { readonly kind: string; readonly id: string } | null
  readonly outcome: string
  readonly code: string | null
  readonly address: string | null
  readonly request_id: string | null
  readonly members: readonly string[]
  readonly methods: readonly string[]
  readonly count: number | null
  readonly hash: string
}

/** What the server narrows by. Times as ISO 8601. */
export interface AuditSelection {
  readonly actor?: string | undefined
  readonly target?: string | undefined
  readonly operation?: string | undefined
  readonly outcome?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface AuditPage {
  readonly items: readonly AuditEvent[]
  readonly next: string | null
}

export interface AuditHead {
  readonly position: number
  readonly hash: string
  readonly seal: string
  readonly at: string
}

export interface AuditFinding {
  readonly kind: string
  readonly position: number
  readonly up_to: number
}

export interface AuditVerification {
  readonly intact: boolean
  readonly records: number
  /** The newest record that was forgotten. */
  readonly base: number
  readonly head: number
  readonly checkpoint: string
  readonly findings: readonly AuditFinding[]
}

const PATH = '/v1/audit-events'
const PAGE = 100

/** Newest first. */
export async function listAuditEvents(
  selection: AuditSelection,
  after: string | undefined,
  signal: AbortSignal,
  limit: number = PAGE,
): Promise<AuditPage> {
  const found = await send<{ audit_events: readonly AuditEvent[]; next: string | null }>('GET', PATH, {
    query: { ...selection, after, limit },
    signal,
  })
  return { items: found.audit_events, next: found.next }
}

/** One by its position: the newest of those before the next position. Undefined when it was forgotten, or is not there yet. */
export async function readAuditEvent(position: number, signal: AbortSignal): Promise<AuditEvent | undefined> {
  const { items } = await listAuditEvents({}, String(position + 1), signal, 1)
  return items.find((each) => each.position === position)
}

export const readAuditHead = (signal: AbortSignal): Promise<AuditHead> => send<AuditHead>('GET', `${PATH}/head`, { signal })

/** @param checkpoint What `readAuditHead` has answered once, as it was kept. */
export const verifyAudit = (checkpoint: unknown): Promise<AuditVerification> =>
  send<AuditVerification>('POST', `${PATH}/verify`, { body: checkpoint === undefined ? {} : { checkpoint } })
