import type { EpochMs } from 'countersign/core'
import type { ClientInvitation } from '../../oauth/client-invitation-store.ts'
import type { RegistrationLimits } from '../../oauth/oauth-client.ts'

export interface ClientInvitationRow {
  readonly id: string
  readonly token_hash: string
  readonly limits: string
  readonly uses_left: number
  readonly created_at: EpochMs
  readonly expires_at: EpochMs
}

/** Nothing but `invitationValues` writes the column, so the cast holds. */
export const invitationOf = (row: ClientInvitationRow): ClientInvitation => ({
  id: row.id,
  tokenHash: row.token_hash,
  limits: JSON.parse(row.limits) as RegistrationLimits,
  usesLeft: row.uses_left,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})

export const invitationColumns = ['id', 'token_hash', 'limits', 'uses_left', 'created_at', 'expires_at'] as const

export const invitationValues = (invitation: ClientInvitation): readonly (string | number)[] => {
  const { id, tokenHash, limits, usesLeft, createdAt, expiresAt } = invitation
  return [id, tokenHash, JSON.stringify(limits), usesLeft, createdAt, expiresAt]
}
