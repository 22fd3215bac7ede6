import * as z from 'zod'
import { email, type GivenDevice, givenDevice } from './schema.ts'

/** The messages of OPAQUE in the API, as the library makes them: base64url, of one length each. */

const message = (length: number): z.ZodType<string> =>
  z
    .string()
    .length(length)
    .regex(/^[\w-]+$/)

/** What we sealed for ourselves. */
const sealedState: z.ZodType<string> = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[\w.-]+$/)

export const opaqueRegistrationBody: z.ZodType<{ registration_request: string }> = z.strictObject({ registration_request: message(43) })

interface OpaqueUploadBody {
  registration: string
  registration_record: string
}

const upload = { registration: sealedState, registration_record: message(256) }

/** Of a sign-up, in the place of a password. */
export const opaqueUpload: z.ZodType<OpaqueUploadBody> = z.strictObject(upload)

interface OpaqueProofBody {
  sign_in: string
  finish_login_request: string
}

const proof: { readonly sign_in: z.ZodType<string>; readonly finish_login_request: z.ZodType<string> } = {
  sign_in: sealedState,
  finish_login_request: message(86),
}

/** That the password of today is known, without showing it. */
export const opaqueProof: z.ZodType<OpaqueProofBody> = z.strictObject(proof)

export const opaqueChangeBody: z.ZodType<
  OpaqueUploadBody & { current_password?: string | undefined; current_opaque?: OpaqueProofBody | undefined }
> = z.strictObject({
  ...upload,
  current_password: z.string().min(1).max(1024).optional(),
  current_opaque: opaqueProof.optional(),
})

export const opaqueSignInBody: z.ZodType<{ email: string; start_login_request: string; device?: GivenDevice | undefined }> = z.strictObject(
  {
    email,
    start_login_request: message(128),
    device: givenDevice.optional(),
  },
)

export const opaqueSessionBody: typeof proof = proof

const expiresIn = z.int()

export const opaqueRegistrationSchema: z.ZodType = z.strictObject({
  registration: z.string(),
  registration_response: z.string(),
  expires_in: expiresIn,
})

export const opaqueSignInSchema: z.ZodType = z.strictObject({ sign_in: z.string(), login_response: z.string(), expires_in: expiresIn })
