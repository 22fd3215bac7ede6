import * as z from 'zod'
import { email } from './schema.ts'

/** The messages of OPAQUE in the API, as the library makes them: base64url, of one length each. */

const message = (length: number): z.ZodType<string> =>
  z
    .string()
    .length(length)
    .regex(/^[\w-]+$/)

/** What we sealed for ourselves. */
const sealedState = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[\w.-]+$/)

export const opaqueRegistrationBody = z.strictObject({ registration_request: message(43) })

const upload = { registration: sealedState, registration_record: message(256) }

/** Of a sign-up, in the place of a password. */
export const opaqueUpload = z.strictObject(upload)

const proof = { sign_in: sealedState, finish_login_request: message(86) }

export const opaqueChangeBody = z.strictObject({
  ...upload,
  current_password: z.string().min(1).max(1024).optional(),
  current_opaque: z.strictObject(proof).optional(),
})

export const opaqueSignInBody = z.strictObject({ email, start_login_request: message(128) })

export const opaqueSessionBody = proof

const expiresIn = z.int()

export const opaqueRegistrationSchema: z.ZodType = z.strictObject({
  registration: z.string(),
  registration_response: z.string(),
  expires_in: expiresIn,
})

export const opaqueSignInSchema: z.ZodType = z.strictObject({ sign_in: z.string(), login_response: z.string(), expires_in: expiresIn })
