import * as z from 'zod'
import type { Passkey, PasskeyRegistration } from '../account/passkey/index.ts'
import type { PasskeyAssertion } from '../session/index.ts'
import { type FieldError, InvalidRequest } from './field-error.ts'

/** Passkeys in the API: what browsers send (`PublicKeyCredential.toJSON`, WebAuthn Level 3 section 5.1.8), and what they are sent. */

const base64url = (most: number): z.ZodType<string> =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\w-]+$/)

/** Of at most 1023 bytes (section 4). */
const credentialId = base64url(1364)
const clientDataJson = base64url(4096)
/** What browsers say besides is no matter of ours, and more of it comes with their versions. */
const credential = { id: credentialId, type: z.literal('public-key') }

export const passkeyAssertion: z.ZodType<PasskeyAssertion> = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: clientDataJson,
    authenticatorData: base64url(4096),
    signature: base64url(2048),
    userHandle: base64url(128)
      .nullish()
      .transform((handle) => handle ?? undefined),
  }),
})

export const passkeyRegistration: z.ZodType<PasskeyRegistration> = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: clientDataJson,
    attestationObject: base64url(16_384),
    transports: z.array(z.string().max(32)).max(16).optional(),
  }),
})

/** As a person calls it, to tell it from their others. */
export const passkeyName: z.ZodType<string> = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}]*$/u)

interface Given {
  readonly email?: string | undefined
  readonly password?: string | undefined
  readonly passkey?: PasskeyAssertion | undefined
}

/** @throws {AuthError} `request_invalid` unless it is an address with a password, or a passkey alone. */
export function firstFactor({ email, password, passkey }: Given): { email: string; password: string } | { passkey: PasskeyAssertion } {
  if (email !== undefined && password !== undefined) return { email, password }
  if (email === undefined && password === undefined && passkey !== undefined) return { passkey }
  const missing: readonly FieldError[] = [
    ...(email === undefined ? [{ pointer: '/email', detail: 'is required' }] : []),
    ...(password === undefined ? [{ pointer: '/password', detail: 'is required' }] : []),
  ]
  throw new InvalidRequest(missing)
}

const moment = z.iso.datetime()

export const passkeySchema: z.ZodType = z.strictObject({
  id: z.string(),
  name: z.string(),
  synced: z.boolean(),
  backed_up: z.boolean(),
  transports: z.array(z.string()),
  created_at: moment,
  last_used_at: moment.nullable(),
})

export const showPasskey = ({
  id,
  name,
  synced,
  backedUp,
  transports,
  createdAt,
  lastUsedAt,
}: Passkey): Readonly<Record<string, unknown>> => ({
  id,
  name,
  synced,
  backed_up: backedUp,
  transports,
  created_at: new Date(createdAt).toISOString(),
  last_used_at: lastUsedAt === undefined ? null : new Date(lastUsedAt).toISOString(),
})

const descriptors = z.array(z.strictObject({ type: z.literal('public-key'), id: z.string(), transports: z.array(z.string()) }))

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`, as they are. */
export const creationOptionsSchema: z.ZodType = z.strictObject({
  options: z.strictObject({
    rp: z.strictObject({ id: z.string(), name: z.string() }),
    user: z.strictObject({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge: z.string(),
    pubKeyCredParams: z.array(z.strictObject({ type: z.literal('public-key'), alg: z.int() })),
    timeout: z.int(),
    excludeCredentials: descriptors,
    authenticatorSelection: z.strictObject({
      residentKey: z.enum(['preferred', 'required']),
      requireResidentKey: z.boolean(),
      userVerification: z.literal('preferred'),
    }),
    attestation: z.literal('none'),
    extensions: z.strictObject({ credProps: z.literal(true) }),
  }),
})

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`, as they are. */
export const requestOptionsSchema: z.ZodType = z.strictObject({
  options: z.strictObject({
    challenge: z.string(),
    timeout: z.int(),
    rpId: z.string(),
    allowCredentials: descriptors,
    userVerification: z.enum(['required', 'preferred']),
  }),
})
