import * as z from 'zod'

/** The words of the API about access keys. */

const DAY_SECONDS = 86_400

/** RFC 6749 section 3.3. */
const scopeToken = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
export const scope: z.ZodType<string[]> = z.array(scopeToken).max(64)
/** What makes an address is the list's to say. */
export const addresses: z.ZodType<string[]> = z.array(z.string().min(1).max(64)).max(64)
export const windowSeconds: z.ZodType<number> = z.int().min(2).max(900)
export const rotateEverySeconds: z.ZodType<number> = z
  .int()
  .min(60)
  .max(366 * DAY_SECONDS)
export const overlapSeconds: z.ZodType<number> = z.int().min(0).max(DAY_SECONDS)
export const moment: z.ZodType<string> = z.iso.datetime()
/** Forms whose clients need a key of their own in place of the secret. */
export const derivedForms: z.ZodType<('hawk' | 'jwt')[]> = z.array(z.enum(['hawk', 'jwt'])).max(2)

const keyMember = z
  .string()
  .max(2048)
  .regex(/^[A-Za-z0-9_-]+$/)
const keyWord = z
  .string()
  .max(64)
  .regex(/^[\x21-\x7e]+$/)

/** Public members alone: a private one is not known here, and so is refused by its name. What `crypto.subtle.exportKey` adds is taken. */
export const publicKey: z.ZodType<Readonly<Record<string, unknown>>> = z.strictObject({
  kty: z.enum(['OKP', 'EC', 'RSA', 'AKP']),
  crv: z.enum(['Ed25519', 'X25519', 'P-256', 'P-384']).optional(),
  x: keyMember.optional(),
  y: keyMember.optional(),
  n: keyMember.optional(),
  e: keyMember.optional(),
  pub: keyMember.optional(),
  alg: keyWord.optional(),
  use: keyWord.optional(),
  kid: z.string().max(200).optional(),
  key_ops: z.array(keyWord).max(8).optional(),
  ext: z.boolean().optional(),
})

export const accessKeySchema: z.ZodType = z.strictObject({
  id: z.string(),
  kind: z.enum(['hmac', 'public']),
  name: z.string(),
  user: z.string().nullable(),
  service: z.string().nullable(),
  scope: z.array(z.string()),
  /** Null: all that the owner has. */
  roles: z.array(z.string()).nullable(),
  addresses: z.array(z.string()),
  window_seconds: z.int(),
  status: z.enum(['active', 'disabled']),
  public_key: z.record(z.string(), z.string()).nullable(),
  temporary: z.boolean(),
  session: z.string().nullable(),
  parent: z.string().nullable(),
  successor: z.string().nullable(),
  created_at: moment,
  expires_at: moment.nullable(),
  rotate_by: moment.nullable(),
  rotate_every_seconds: z.int().nullable(),
})

/** Of `derived`: for a Hawk client, and for one that signs a JWT per request (base64url of its 32 bytes). */
const derivedKeys = z.strictObject({ hawk: z.string().optional(), jwt: z.string().optional() })

export const issuedAccessKeySchema: z.ZodType = z.strictObject({
  access_key: accessKeySchema,
  secret_access_key: z.string().optional(),
  derived_keys: derivedKeys.optional(),
  /** Given in place of the secrets: a JWE with `access_key_id`, `secret_access_key` and `derived_keys` in it. */
  encrypted: z.string().optional(),
})

export const temporaryCredentialSchema: z.ZodType = z.union([
  z.strictObject({
    access_key_id: z.string(),
    secret_access_key: z.string().optional(),
    session_token: z.string().optional(),
    /** Given in place of the secrets: a JWE with all the other members in it. */
    encrypted: z.string().optional(),
    expiration: moment,
  }),
  z.strictObject({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.int() }),
])

const dayKey = { day: z.string(), key: z.string() }

export const keyRecordSchema: z.ZodType = z.strictObject({
  id: z.string(),
  kind: z.enum(['hmac', 'public']),
  subject: z.string(),
  user: z.string().optional(),
  service: z.string().optional(),
  scope: z.array(z.string()),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  addresses: z.array(z.string()),
  window_seconds: z.int(),
  expires_at: z.int().optional(),
  rev: z.int(),
  session: z.string().optional(),
  successor: z.string().optional(),
  rotate_by: z.int().optional(),
  session_token_hash: z.string().optional(),
  keys: z.strictObject({
    sigv4: z.strictObject({ ...dayKey, region: z.string(), service: z.string(), provider: z.string() }).optional(),
    http_message: z.strictObject(dayKey).optional(),
    hawk: z.strictObject({ key: z.string() }).optional(),
    jwt: z.strictObject({ key: z.string() }).optional(),
    public: z.record(z.string(), z.string()).optional(),
  }),
})
