import type { Session } from '../../session/session.ts'
import { formatList, parseList } from './list.ts'

export interface SessionRow {
  readonly id: string
  readonly user_id: string
  readonly client: string
  readonly device_name: string | null
  readonly device_user_agent: string | null
  readonly device_address: string | null
  readonly created_at: number
  readonly authenticated_at: number
  readonly amr: string
  readonly generation: number
  readonly rotated_at: number
  readonly rotated_by: string | null
  readonly salt: string
  readonly key_id: string
  readonly expires_at: number
  readonly idle_expires_at: number
  readonly dpop_key: string | null
}

export const sessionOf = (row: SessionRow): Session => ({
  id: row.id,
  user: row.user_id,
  client: row.client,
  device: {
    name: row.device_name ?? undefined,
    userAgent: row.device_user_agent ?? undefined,
    address: row.device_address ?? undefined,
  },
  createdAt: row.created_at,
  authenticatedAt: row.authenticated_at,
  amr: parseList(row.amr),
  generation: row.generation,
  rotatedAt: row.rotated_at,
  rotatedBy: row.rotated_by ?? undefined,
  salt: row.salt,
  keyId: row.key_id,
  expiresAt: row.expires_at,
  idleExpiresAt: row.idle_expires_at,
  dpopKey: row.dpop_key ?? undefined,
})

/** The values by the names of `insertSession`'s parameters. */
export const sessionValues = (session: Session): Record<keyof SessionRow, string | number | null> => ({
  id: session.id,
  user_id: session.user,
  client: session.client,
  device_name: session.device.name ?? null,
  device_user_agent: session.device.userAgent ?? null,
  device_address: session.device.address ?? null,
  created_at: session.createdAt,
  authenticated_at: session.authenticatedAt,
  amr: formatList(session.amr),
  generation: session.generation,
  rotated_at: session.rotatedAt,
  rotated_by: session.rotatedBy ?? null,
  salt: session.salt,
  key_id: session.keyId,
  expires_at: session.expiresAt,
  idle_expires_at: session.idleExpiresAt,
  dpop_key: session.dpopKey ?? null,
})

export const insertSession = `
  INSERT INTO session VALUES (
    :id, :user_id, :client, :device_name, :device_user_agent, :device_address, :created_at, :authenticated_at, :amr,
    :generation, :rotated_at, :rotated_by, :salt, :key_id, :expires_at, :idle_expires_at, :dpop_key)`
