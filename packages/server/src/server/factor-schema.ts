import * as z from 'zod'
import type { FactorProof } from '../session/index.ts'
import { InvalidRequest } from './field-error.ts'

/** Second factors in the API: the codes that a request may show, and what enrolling answers with. */

/** Whatever was typed; whether it is a code is the account's to say, as of a password. */
export const totpCode: z.ZodType<string> = z.string().min(1).max(64)

/** Beside a password, at most one of them. */
export const factorProof: { readonly totp_code: z.ZodType<string | undefined>; readonly recovery_code: z.ZodType<string | undefined> } = {
  totp_code: totpCode.optional(),
  recovery_code: totpCode.optional(),
}

interface Given {
  readonly totp_code?: string | undefined
  readonly recovery_code?: string | undefined
}

/** @throws {AuthError} `request_invalid` for both at once: one of them would be used up for nothing. */
export function factorOf({ totp_code: totpCode, recovery_code: recoveryCode }: Given): FactorProof | undefined {
  if (totpCode !== undefined && recoveryCode !== undefined) {
    throw new InvalidRequest([{ pointer: '/recovery_code', detail: 'must not be there beside totp_code' }])
  }
  if (totpCode !== undefined) return { totpCode }
  return recoveryCode === undefined ? undefined : { recoveryCode }
}

export const totpEnrolmentSchema: z.ZodType = z.strictObject({ secret: z.string(), otpauth_uri: z.string(), qr_svg: z.string() })

export const recoveryCodesSchema: z.ZodType = z.strictObject({ recovery_codes: z.array(z.string()) })
