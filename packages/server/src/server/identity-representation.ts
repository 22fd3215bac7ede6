import * as z from 'zod'
import type { FederatedIdentity } from '../account/federation/index.ts'
import { moment, momentOrNull, type Shown } from './representation.ts'

export const identitySchema: z.ZodType = z.strictObject({
  id: z.string(),
  issuer: z.string(),
  subject: z.string(),
  email: z.string().nullable(),
  linked_at: z.string(),
  last_used_at: z.string().nullable(),
})

export const showIdentity = ({ id, issuer, subject, email, linkedAt, lastUsedAt }: FederatedIdentity): Shown => ({
  id,
  issuer,
  subject,
  email: email ?? null,
  linked_at: moment(linkedAt),
  last_used_at: momentOrNull(lastUsedAt),
})
