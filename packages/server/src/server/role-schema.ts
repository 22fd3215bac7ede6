import * as z from 'zod'
import type { KnownRole } from '../credential/index.ts'
import { moment } from './representation.ts'

/** Roles and what they bring, in the API. */

const MAXIMUM_SCOPES = 100

/** RFC 6749 section 3.3. */
export const scopeWord: z.ZodType<string> = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
export const scopeWords: z.ZodType<string[]> = z.array(scopeWord).max(MAXIMUM_SCOPES)

export const roleSchema: z.ZodType = z.strictObject({
  name: z.string(),
  scope: z.array(z.string()),
  /** `configuration`: `COUNTERSIGN_ROLE_SCOPES`, which only a restart changes. */
  source: z.enum(['configuration', 'database']),
  changed_at: z.iso.datetime().nullable(),
})

export const showRole = ({ name, scope, changedAt }: KnownRole): Readonly<Record<string, unknown>> => ({
  name,
  scope,
  source: changedAt === undefined ? 'configuration' : 'database',
  changed_at: changedAt === undefined ? null : moment(changedAt),
})
