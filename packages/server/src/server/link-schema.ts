import * as z from 'zod'
import { email, secretText } from './schema.ts'

/** Links of mails in the API. */

/** As it stood in the link. What it is for, and whether it is one, is the account's to say. */
export const linkToken: z.ZodType<string> = secretText

/** Whoever asks for a mail to an address says nothing else. */
export const addressBody: z.ZodType<{ email: string }> = z.strictObject({ email })

export const linkBody: z.ZodType<{ token: string }> = z.strictObject({ token: linkToken })

export const shownLinkSchema: z.ZodType = z.strictObject({
  kind: z.enum(['password_reset', 'magic_link', 'email_verification', 'email_change', 'not_me']),
  email: z.string(),
  expires_at: z.iso.datetime(),
})

export const confirmedEmailSchema: z.ZodType = z.strictObject({ email: z.string(), change: z.enum(['verified', 'changed']) })
