import * as z from 'zod'
import type { ListedVerifier, PropagationFigures, PropagationOfEntry } from '../revocation/verifier-report/index.ts'
import { moment, type Shown } from './representation.ts'

/** Whoever reads a list of verifiers reads what each service has said: in one line, and in one direction. */
const printable = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u
const position = z.int().min(0)
/** A day: what is older than that says no more than that it is old. */
const milliseconds = z.number().min(0).max(86_400_000)

/** So many groups of entries a verifier names at once; ours names fewer. */
const MAX_APPLIED = 32

export interface ReportBody {
  readonly instance: string
  readonly name?: string | undefined
  readonly feed: 'sse' | 'other'
  readonly state: 'fresh' | 'grace' | 'stale'
  readonly position: number
  readonly age_ms: number | null
  readonly every_ms: number
  readonly sent_ms: number
  readonly applied?: readonly { readonly after: number; readonly position: number; readonly held_ms: number }[] | undefined
}

export const reportBody: z.ZodType<ReportBody> = z.strictObject({
  // 128 random bits in base64url: an id that nobody else comes upon.
  instance: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  name: z.string().min(1).max(100).regex(printable).optional(),
  feed: z.enum(['sse', 'other']),
  state: z.enum(['fresh', 'grace', 'stale']),
  position,
  // One that was stale for a week is no mistake.
  age_ms: z.int().min(0).nullable(),
  every_ms: z.int().min(1000).max(300_000),
  // On a clock that only counts, from wherever it began: of a verifier that was there for three hundred years at most.
  sent_ms: z.number().min(0).max(1e13),
  applied: z
    .array(
      z
        .strictObject({ after: position, position, held_ms: milliseconds })
        .refine(({ after, position: last }) => after < last, { error: 'must be beyond after', path: ['position'] }),
    )
    .max(MAX_APPLIED)
    .optional(),
})

export const verifierSchema: z.ZodType = z.strictObject({
  service: z.strictObject({ id: z.string(), name: z.string() }),
  instance: z.string(),
  name: z.string().nullable(),
  state: z.enum(['fresh', 'grace', 'stale', 'silent']),
  position: z.int(),
  behind: z.int(),
  age_ms: z.int().nullable(),
  reported_at: z.iso.datetime(),
  feed: z.enum(['sse', 'other']),
})

export const showVerifier = (verifier: ListedVerifier): Shown => ({
  service: { id: verifier.service.id, name: verifier.service.name },
  instance: verifier.instance,
  name: verifier.name ?? null,
  state: verifier.state,
  position: verifier.position,
  behind: verifier.behind,
  age_ms: verifier.ageMs ?? null,
  reported_at: moment(verifier.receivedAt),
  feed: verifier.feed,
})

const figures = {
  median_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
  slowest_ms: z.number().nullable(),
  samples: z.int(),
  entries: z.int(),
}

export const propagationSchema: z.ZodType = z.strictObject({
  ...figures,
  // As entries of the log have their times: in milliseconds since 1970.
  since: z.int(),
  minutes: z.array(z.strictObject({ at: z.int(), ...figures })),
})

export const showFigures = ({ medianMs, p99Ms, slowestMs, samples, entries }: PropagationFigures): Shown => ({
  median_ms: shownMs(medianMs),
  p99_ms: shownMs(p99Ms),
  slowest_ms: shownMs(slowestMs),
  samples,
  entries,
})

/** Of one entry, where somebody has told of it. */
export const entryPropagationSchema: z.ZodType = z.strictObject({ verifiers: z.int(), median_ms: z.number(), slowest_ms: z.number() })

export const showEntryPropagation = ({ verifiers, medianMs, slowestMs }: PropagationOfEntry): Shown => ({
  verifiers,
  median_ms: roundedUp(medianMs),
  slowest_ms: roundedUp(slowestMs),
})

/** In steps of ten microseconds, upwards: bounds stay bounds. */
const roundedUp = (ms: number): number => Math.ceil(ms * 100) / 100

const shownMs = (ms: number | undefined): number | null => (ms === undefined ? null : roundedUp(ms))
