import * as z from 'zod'
import { type AuditEnd, type AuditRecord, type Checkpoint, factsOf, type Outcome, type Verification } from '../audit/index.ts'
import { moment } from './representation.ts'

export const AUDIT_PATH = '/v1/audit-events'

const outcomes: readonly [Outcome, ...Outcome[]] = ['done', 'refused', 'failed']
const MOST_ON_PAGE = 500
const time = z.iso.datetime({ offset: true })
const word = z.string().min(1).max(256)

export interface AuditQuery {
  readonly actor?: string | undefined
  readonly target?: string | undefined
  readonly operation?: string | undefined
  readonly outcome?: Outcome | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** A position. */
  readonly after?: number | undefined
  readonly limit: number
}

export const auditQuery: z.ZodType<AuditQuery> = z.strictObject({
  actor: word.optional(),
  target: word.optional(),
  operation: word.optional(),
  outcome: z.enum(outcomes).optional(),
  from: time.optional(),
  to: time.optional(),
  after: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .pipe(z.number().max(MOST_ON_PAGE))
    .default(100),
})

const named = z.strictObject({ kind: z.string(), id: z.string() })

export const auditEventSchema: z.ZodType = z.strictObject({
  position: z.int(),
  at: z.iso.datetime(),
  operation: z.string(),
  actor: z.strictObject({ kind: z.string(), id: z.string().nullable(), session: z.string().nullable(), by: z.string().nullable() }),
  target: named.nullable(),
  outcome: z.enum(outcomes),
  code: z.string().nullable(),
  address: z.string().nullable(),
  request_id: z.string().nullable(),
  members: z.array(z.string()),
  methods: z.array(z.string()),
  count: z.int().nullable(),
  hash: z.string(),
})

export const auditHeadSchema: z.ZodType = z.strictObject({ position: z.int(), hash: z.string(), seal: z.string(), at: z.iso.datetime() })

/** What `head` has answered, as it was kept: of its members two are needed. */
export const checkpointBody: z.ZodType<{ readonly checkpoint?: Checkpoint | undefined }> = z.strictObject({
  checkpoint: z
    .strictObject({
      position: z.int().min(0),
      hash: z.string().max(64),
      seal: z.string().max(64).optional(),
      at: z.iso.datetime().optional(),
    })
    .optional(),
})

const findingKinds = ['missing', 'unsealed', 'unchained', 'cut_off', 'end', 'base', 'checkpoint'] as const

export const verificationSchema: z.ZodType = z.strictObject({
  intact: z.boolean(),
  records: z.int(),
  base: z.int(),
  head: z.int(),
  checkpoint: z.enum(['none', 'held', 'forgotten', 'broken']),
  findings: z.array(z.strictObject({ kind: z.enum(findingKinds), position: z.int(), up_to: z.int() })),
})

export function showAuditEvent(record: AuditRecord): Readonly<Record<string, unknown>> {
  const { at, operation, actor, target, outcome, code, address, requestId, members, methods, count } = factsOf(record)
  return {
    position: record.position,
    at: moment(at),
    operation,
    actor: { kind: actor.kind, id: actor.id ?? null, session: actor.session ?? null, by: actor.by ?? null },
    target: target ?? null,
    outcome,
    code: code ?? null,
    address: address ?? null,
    request_id: requestId ?? null,
    members: members ?? [],
    methods: methods ?? [],
    count: count ?? null,
    hash: record.hash,
  }
}

export const showAuditHead = ({ position, hash, seal }: AuditEnd, now: number): Readonly<Record<string, unknown>> => ({
  position,
  hash,
  seal,
  at: moment(now),
})

export const showVerification = ({ findings, ...facts }: Verification): Readonly<Record<string, unknown>> => ({
  intact: findings.length === 0,
  ...facts,
  findings: findings.map(({ kind, position, upTo }) => ({ kind, position, up_to: upTo ?? position })),
})
