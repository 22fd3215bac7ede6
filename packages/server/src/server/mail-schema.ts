import * as z from 'zod'

const moment = z.iso.datetime()

const mailFacts = { id: z.string(), to: z.string(), subject: z.string(), template: z.string(), created_at: moment, text: z.string() }

export const mailSummarySchema: z.ZodType = z.strictObject(mailFacts)

export const mailSchema: z.ZodType = z.strictObject({ ...mailFacts, html: z.string() })

export const mailQueueSchema: z.ZodType = z.strictObject({
  /** By what way mail leaves: `outbox` keeps it in the memory of the server, in development; `none` sends nothing. */
  transport: z.enum(['smtp', 'outbox', 'none']),
  waiting: z.int(),
  /** Refused for good, kept for thirty days. */
  refused: z.int(),
  oldest_at: moment.nullable(),
})
