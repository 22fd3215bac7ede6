import { targetKinds } from 'countersign/revocation'
import * as z from 'zod'

/** The words of the API: what requests are checked against and what `/openapi.json` shows. */

const printable = /^[^\p{Cc}]*$/u

export const email: z.ZodType<string> = z.string().min(3).max(254).regex(printable)
/** Bounded, since each attempt is hashed. What makes a good password is the account's to say. */
export const password: z.ZodType<string> = z.string().min(1).max(1024)
/** Of another system, in the form that it wrote. */
export const passwordHash: z.ZodType<string> = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[\x21-\x7e]+$/)
export const displayName: z.ZodType<string> = z.string().min(1).max(200).regex(printable)
const word = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/)
export const role: z.ZodType<string> = word
export const roles: z.ZodType<string[]> = z.array(word).max(64)
export const groups: z.ZodType<string[]> = z.array(word).max(256)
export const secretText: z.ZodType<string> = z.string().min(1).max(512)
export const userId: z.ZodType<string> = word
/** What an earlier sign-in has left on the device. One that is none of ours is passed over, so that no old one locks anybody out. */
const deviceToken = z.string().min(1).max(256).regex(printable)

export type GivenDevice = string | { name?: string | undefined; token?: string | undefined }

export const givenDevice: z.ZodType<GivenDevice> = z.union([
  displayName,
  z.strictObject({ name: displayName.optional(), token: deviceToken.optional() }),
])
export const positionText: z.ZodType<string> = z.string().regex(/^\d{1,16}$/)

export const target: z.ZodType<{ kind: (typeof targetKinds)[number]; id?: string | undefined }> = z.strictObject({
  kind: z.enum(targetKinds),
  id: z.string().min(1).max(512).regex(printable).optional(),
})

/** Longer than any token of ours: what does not fit is none, and is answered like one. */
const presentedToken = z.string().min(1).max(16_384).regex(printable)
/** RFC 7662 and RFC 7009: a hint that is not known is no mistake. */
const hint = z.string().max(64).regex(printable).optional()

interface PresentedToken {
  readonly token: string
  readonly token_type_hint?: string | undefined
}

export const tokenBody: z.ZodType<PresentedToken> = z.strictObject({ token: presentedToken, token_type_hint: hint })
export const tokenForm: z.ZodType<PresentedToken> = z.object({ token: presentedToken, token_type_hint: hint })

const moment = z.iso.datetime()

export const introspectionSchema: z.ZodType = z.strictObject({
  active: z.boolean(),
  token_type: z.enum(['Bearer', 'DPoP', 'refresh_token']).optional(),
  iss: z.string().optional(),
  sub: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  client_id: z.string().optional(),
  iat: z.int().optional(),
  nbf: z.int().optional(),
  exp: z.int().optional(),
  jti: z.string().optional(),
  sid: z.string().optional(),
  rev: z.int().optional(),
  scope: z.string().optional(),
  roles: z.array(z.string()).optional(),
  groups: z.array(z.string()).optional(),
  auth_time: z.int().optional(),
  amr: z.array(z.string()).optional(),
  acr: z.string().optional(),
  cnf: z.record(z.string(), z.unknown()).optional(),
  login: z.string().optional(),
  act: z.record(z.string(), z.unknown()).optional(),
  /** What the token was exchanged for. */
  origin: z.array(z.record(z.string(), z.unknown())).optional(),
})

export const userSchema: z.ZodType = z.strictObject({
  id: z.string(),
  email: z.string(),
  email_verified: z.boolean(),
  name: z.string().nullable(),
  status: z.enum(['active', 'suspended']),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  created_at: moment,
  updated_at: moment,
})

export const subjectSchema: z.ZodType = z.strictObject({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
})

const sessionMembers = {
  id: z.string(),
  user: z.string(),
  client: z.string(),
  device: z.strictObject({
    name: z.string().nullable(),
    user_agent: z.string().nullable(),
    address: z.string().nullable(),
    /** As the user agent says of itself. */
    browser: z.string().nullable(),
    system: z.string().nullable(),
    /** Of the address, in lists, where the server has a GeoIP file. */
    place: z.string().nullable(),
  }),
  methods: z.array(z.string()),
  created_at: moment,
  authenticated_at: moment,
  refreshed_at: moment,
  /** The last time that its client came here: requests to services are not counted. */
  last_used_at: moment,
  expires_at: moment,
  idle_expires_at: moment,
  /** The session that the request's own token belongs to. */
  current: z.boolean(),
}

export const sessionSchema: z.ZodType = z.strictObject(sessionMembers)

/** Among those of all people. */
export const listedSessionSchema: z.ZodType = z.strictObject({ ...sessionMembers, email: z.string() })

export const signedInSchema: z.ZodType = z.strictObject({
  access_token: z.string(),
  token_type: z.enum(['Bearer', 'DPoP']),
  expires_in: z.int(),
  refresh_token: z.string(),
  /** After a sign-in: to be sent again with the next one from this device. */
  device_token: z.string().optional(),
  session: sessionSchema,
  user: subjectSchema,
})

/** Where cookies carry the tokens: nothing in it is a credential. */
export const cookieSignedInSchema: z.ZodType = z.strictObject({
  expires_in: z.int(),
  /** For `X-CSRF-Token`. */
  csrf_token: z.string(),
  session: sessionSchema,
  user: subjectSchema,
})

export const signedInAnswerSchema: z.ZodType = z.union([signedInSchema, cookieSignedInSchema])

export const opaqueSignedInSchema: z.ZodType = z.strictObject({
  access_key_id: z.string(),
  session: sessionSchema,
  user: subjectSchema,
  device_token: z.string(),
  access_token: z.string().optional(),
  token_type: z.literal('Bearer').optional(),
  expires_in: z.int().optional(),
  refresh_token: z.string().optional(),
})

export const keySchema: z.ZodType = z.strictObject({
  kid: z.string(),
  purpose: z.enum(['access-token', 'feed']),
  algorithm: z.string(),
  state: z.enum(['next', 'current', 'previous', 'revoked']),
  created_at: moment,
  activated_at: moment.nullable(),
  verify_until: moment.nullable(),
})

export const serviceSchema: z.ZodType = z.strictObject({ id: z.string(), name: z.string(), created_at: moment })

export const issuedServiceSchema: z.ZodType = z.strictObject({ id: z.string(), name: z.string(), credential: z.string() })

export const entrySchema: z.ZodType = z.strictObject({ position: z.int(), at: z.int() })
