import * as z from 'zod'
import type { FactorProof, PasskeyAssertion } from '../session/index.ts'
import { InvalidRequest } from './field-error.ts'
import { passkeyAssertion, passkeySchema } from './passkey-schema.ts'

/** Second factors in the API: the codes that a request may show, and what enrolling answers with. */

/** Whatever was typed; whether it is a code is the account's to say, as of a password. */
export const totpCode: z.ZodType<string> = z.string().min(1).max(64)

/** Beside a password, at most one of them. */
export const factorProof: {
  readonly totp_code: z.ZodType<string | undefined>
  readonly passkey: z.ZodType<PasskeyAssertion | undefined>
  readonly recovery_code: z.ZodType<string | undefined>
} = {
  totp_code: totpCode.optional(),
  passkey: passkeyAssertion.optional(),
  recovery_code: totpCode.optional(),
}

interface Given {
  readonly totp_code?: string | undefined
  readonly passkey?: PasskeyAssertion | undefined
  readonly recovery_code?: string | undefined
}

/**
 * @param session Of whoever is signed in: what the challenge of a passkey is bound to.
 * @throws {AuthError} `request_invalid` for several at once: one of them would be used up for nothing.
 */
export function factorOf({ totp_code: totpCode, passkey, recovery_code: recoveryCode }: Given, session?: string): FactorProof | undefined {
  const given = [...(totpCode === undefined ? [] : ['totp_code']), ...(passkey === undefined ? [] : ['passkey'])]
  const last = recoveryCode === undefined ? given[1] : 'recovery_code'
  if (last !== undefined && given[0] !== undefined) {
    throw new InvalidRequest([{ pointer: `/${last}`, detail: `must not be there beside ${given[0]}` }])
  }
  if (totpCode !== undefined) return { totpCode }
  if (passkey !== undefined) return { passkey, session }
  return recoveryCode === undefined ? undefined : { recoveryCode }
}

export const totpEnrolmentSchema: z.ZodType = z.strictObject({ secret: z.string(), otpauth_uri: z.string(), qr_svg: z.string() })

export const recoveryCodesSchema: z.ZodType = z.strictObject({ recovery_codes: z.array(z.string()) })

/** Whatever stands beside the password of an account, without anything secret. */
export const factorsSchema: z.ZodType = z.strictObject({
  totp: z.strictObject({ confirmed: z.boolean(), created_at: z.iso.datetime() }).nullable(),
  passkeys: z.array(passkeySchema),
  recovery_codes_left: z.int(),
})
