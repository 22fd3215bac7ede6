import type { EpochMs } from 'countersign/core'
import type { Artifact, Grant, StoredArtifact } from '../../oauth/oauth-store.ts'
import type { ClientKind, GrantType, OAuthClient } from '../../oauth/oauth-client.ts'

export interface ArtifactRow {
  readonly payload: string
  readonly consumed_at: EpochMs | null
  readonly expires_at: EpochMs
}

export const artifactOf = ({ payload, consumed_at: consumedAt, expires_at: expiresAt }: ArtifactRow): StoredArtifact => ({
  payload,
  consumedAt: consumedAt ?? undefined,
  expiresAt,
})

/** In the order of the parameters of both databases. */
export const artifactValues = (artifact: Artifact): readonly (string | number | null)[] => {
  const { model, id, payload, grant, user, client, session, userCode, expiresAt, parent } = artifact
  const facts = [model, id, payload, grant ?? null, user ?? null, client ?? null, session ?? null, userCode ?? null, expiresAt]
  return [...facts, parent?.model ?? null, parent?.id ?? null]
}

export interface GrantRow {
  readonly id: string
  readonly user_id: string
  readonly client_id: string
  readonly payload: string
  readonly created_at: EpochMs
  readonly changed_at: EpochMs
}

export const grantOf = (row: GrantRow): Grant => ({
  id: row.id,
  user: row.user_id,
  client: row.client_id,
  payload: row.payload,
  createdAt: row.created_at,
  changedAt: row.changed_at,
})

export interface ClientRow {
  readonly id: string
  readonly settings: string
  readonly secret_hash: string | null
  readonly former_secret_hash: string | null
  readonly former_until: EpochMs | null
  readonly disabled_at: EpochMs | null
  readonly created_at: EpochMs
}

/** What never changes of a client, as its row holds it. */
interface Settings {
  readonly kind: ClientKind
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly grantTypes: readonly GrantType[]
  readonly scopes: readonly string[]
  readonly requiresDpop: boolean
  readonly jwks?: OAuthClient['jwks']
}

/** Nothing but `clientValues` writes the column, so the cast holds. */
export function clientOf(row: ClientRow): OAuthClient {
  const settings = JSON.parse(row.settings) as Settings
  return {
    ...settings,
    jwks: settings.jwks,
    id: row.id,
    secretHash: row.secret_hash ?? undefined,
    formerSecretHash: row.former_secret_hash ?? undefined,
    formerUntil: row.former_until ?? undefined,
    disabledAt: row.disabled_at ?? undefined,
    createdAt: row.created_at,
  }
}

export const clientColumns = ['id', 'settings', 'secret_hash', 'former_secret_hash', 'former_until', 'disabled_at', 'created_at'] as const

export function clientValues(client: OAuthClient): readonly (string | number | null)[] {
  const { id, secretHash, formerSecretHash, formerUntil, disabledAt, createdAt, ...settings } = client
  const kept: Settings = settings
  return [id, JSON.stringify(kept), secretHash ?? null, formerSecretHash ?? null, formerUntil ?? null, disabledAt ?? null, createdAt]
}
