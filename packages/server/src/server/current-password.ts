import * as z from 'zod'
import type { OpaquePasswordChange } from '../account/opaque/index.ts'
import { InvalidRequest } from './field-error.ts'
import { opaqueProof } from './opaque-schema.ts'

/** The password of today, of either kind, as the body of a request shows it. */

interface Given {
  readonly current_password?: string | undefined
  readonly current_opaque?: { readonly sign_in: string; readonly finish_login_request: string } | undefined
}

export const currentPasswordBody: {
  readonly current_password: z.ZodType<Given['current_password']>
  readonly current_opaque: z.ZodType<Given['current_opaque']>
} = {
  current_password: z.string().min(1).max(1024).optional(),
  current_opaque: opaqueProof.optional(),
}

/** @throws {AuthError} `request_invalid` unless it is one of the two. */
export function currentPassword({ current_password: password, current_opaque: proof }: Given): OpaquePasswordChange['current'] {
  if (password !== undefined && proof === undefined) return { password }
  if (proof !== undefined && password === undefined) return { signIn: proof.sign_in, finishLoginRequest: proof.finish_login_request }
  throw new InvalidRequest([{ pointer: '/current_password', detail: 'is required, or current_opaque, but not both' }])
}
