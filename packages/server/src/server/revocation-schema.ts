import { defaultMode, entryKinds, type RevocationMode, type Target, targetKinds } from 'countersign/revocation'
import * as z from 'zod'
import type { PastEntry, RevocationPreview, RevocationRequest, RevocationSummary } from '../revocation/index.ts'
import type { HistoryPage, LogStanding } from '../revocation/log-history.ts'
import { target } from './schema.ts'
import { entryPropagationSchema } from './verifier-report-schema.ts'

export const REVOCATIONS_PATH = '/v1/revocations'

const MOST_ON_PAGE = 200
const modes = ['soft', 'hard'] as const

interface RevocationBody {
  readonly target: { readonly kind: (typeof targetKinds)[number]; readonly id?: string | undefined }
  readonly mode?: RevocationMode | undefined
  readonly reason?: string | undefined
}

/** Of a revocation, and of its preview. */
export const revocationBody: z.ZodType<RevocationBody> = z.strictObject({
  target,
  mode: z.enum(modes).optional(),
  reason: z.string().min(1).max(500).optional(),
})

export const requestOf = ({ target: { kind, id }, mode, reason }: RevocationBody): RevocationRequest => ({
  target: id === undefined ? { kind } : { kind, id },
  ...(mode === undefined ? {} : { mode }),
  ...(reason === undefined ? {} : { reason }),
})

/** Milliseconds since 1970. */
const since = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)

export const summaryQuery: z.ZodType<{ readonly since: number }> = z.strictObject({ since: since.default(0) })

export const revocationsQuery: z.ZodType<HistoryPage> = z.strictObject({
  before: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .pipe(z.int())
    .optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .pipe(z.number().max(MOST_ON_PAGE))
    .default(50),
  kind: z.enum(targetKinds).optional(),
  id: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[^\p{Cc}]*$/u)
    .optional(),
  since: since.optional(),
})

const named = z.strictObject({ kind: z.enum(targetKinds), id: z.string().optional() })

export const headSchema: z.ZodType = z.strictObject({ position: z.int(), at: z.int().nullable() })

export const revocationSchema: z.ZodType = z.strictObject({
  position: z.int(),
  at: z.int(),
  kind: z.enum(entryKinds),
  target: named,
  mode: z.enum(modes),
  expires_at: z.int(),
  /** A token that it kills can still be there: verifiers have it. */
  live: z.boolean(),
  /** What wrote it, by its name in this document, or the server's own; null of what nobody did. */
  operation: z.string().nullable(),
  reason: z.string().nullable(),
  actor: z.strictObject({ kind: z.string(), id: z.string().nullable(), by: z.string().nullable() }).nullable(),
  /** Until it was refused, at most, by the verifiers that have told of it; absent where none has, and after an hour. */
  propagation: entryPropagationSchema.optional(),
})

export const summarySchema: z.ZodType = z.strictObject({
  head: headSchema,
  live_cutoffs: z.int(),
  longest_token_seconds: z.int(),
  since: z.int(),
  entries: z.int(),
  thefts: z.int(),
  kept_since: z.int().nullable(),
  at_least: z.boolean(),
})

export const previewSchema: z.ZodType = z.strictObject({
  target: named,
  mode: z.enum(modes),
  effect: z.enum(['cutoff', 'ended']),
  sessions: z.int(),
  people: z.int(),
  grants: z.int(),
  sessions_renewed: z.int().nullable(),
  sign_in_again: z.boolean(),
  access_tokens_until: z.int(),
  at_least: z.boolean(),
})

type Shown = Readonly<Record<string, unknown>>

const showTarget = ({ kind, id }: Target): Shown => (id === '' ? { kind } : { kind, id })

export const showHead = ({ head, headAt }: Pick<LogStanding, 'head' | 'headAt'>): Shown => ({ position: head, at: headAt ?? null })

export const showRevocation = ({ entry, reason, deed }: PastEntry, now: number): Shown => ({
  position: entry.position,
  at: entry.at,
  kind: entry.kind,
  target: showTarget(entry.target),
  mode: entry.mode,
  expires_at: entry.expiresAt,
  live: entry.expiresAt > now,
  operation: deed?.operation ?? null,
  reason: reason ?? null,
  actor: deed === undefined ? null : { kind: deed.actor.kind, id: deed.actor.id ?? null, by: deed.actor.by ?? null },
})

export const showSummary = (summary: RevocationSummary, from: number, keptSeconds: number): Shown => ({
  head: showHead(summary),
  live_cutoffs: summary.living,
  longest_token_seconds: keptSeconds,
  since: from,
  entries: summary.since,
  thefts: summary.thefts,
  kept_since: summary.keptSince ?? null,
  at_least: summary.isAtLeast,
})

export const showPreview = (preview: RevocationPreview): Shown => ({
  target: showTarget(preview.target),
  mode: preview.mode,
  effect: endsSessions(preview) ? 'ended' : 'cutoff',
  sessions: preview.sessions,
  people: preview.people,
  grants: preview.grants,
  sessions_renewed: preview.renewing ?? null,
  sign_in_again: preview.sessions > 0,
  access_tokens_until: preview.accessTokensUntil,
  at_least: preview.isAtLeast,
})

const endsSessions = ({ target: { kind }, mode }: RevocationPreview): boolean => mode === 'hard' && defaultMode(kind) === 'hard'
