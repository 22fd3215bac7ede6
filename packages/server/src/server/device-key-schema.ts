import type { EpochMs } from 'countersign/core'
import * as z from 'zod'
import { type CallerKey, storedDeviceKey } from '../credential/index.ts'
import { moment } from './access-key-schema.ts'

/** The words of the API about the keys of devices, and devices as it shows them. */

export const challengeText: z.ZodType<string> = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[\w.-]+$/)
/** base64url; the longest is that of an RSA key of 8192 bits. */
export const signatureText: z.ZodType<string> = z
  .string()
  .min(1)
  .max(1400)
  .regex(/^[\w-]+$/)

export const challengeSchema: z.ZodType = z.strictObject({ challenge: z.string(), expires_in: z.int(), expires_at: moment })

export const deviceTokenSchema: z.ZodType = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('DPoP'),
  expires_in: z.int(),
  scope: z.string(),
})

export const deviceKeySchema: z.ZodType = z.strictObject({
  id: z.string(),
  name: z.string(),
  user: z.string(),
  scope: z.array(z.string()),
  /** Null: all that the owner has. */
  roles: z.array(z.string()).nullable(),
  public_key: z.record(z.string(), z.string()),
  created_at: moment,
  expires_at: moment.nullable(),
})

/** RFC 3339, in UTC. */
const shownMoment = (at: EpochMs): string => new Date(at).toISOString()

export const showDeviceKey = ({ id, owner, settings, material, createdAt, expiresAt }: CallerKey): Readonly<Record<string, unknown>> => ({
  id,
  name: settings.name,
  user: owner.id,
  scope: settings.scope,
  roles: settings.roles ?? null,
  public_key: storedDeviceKey(material),
  created_at: shownMoment(createdAt),
  expires_at: expiresAt === undefined ? null : shownMoment(expiresAt),
})
