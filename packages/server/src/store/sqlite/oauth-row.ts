import type { EpochMs } from 'countersign/core'
import type { Artifact, Grant, StoredArtifact } from '../../oauth/oauth-store.ts'
import type { ClientKind, ClientLinks, ClientRegistration, GrantType, OAuthClient } from '../../oauth/oauth-client.ts'

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
  const { model, id, payload, grant, user, client, session, userCode, expiresAt } = artifact
  return [model, id, payload, grant ?? null, user ?? null, client ?? null, session ?? null, userCode ?? null, expiresAt]
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
  readonly version: number
}

/** What it was registered as, as its row holds it. What rows of before have not is left out of them. */
interface Settings {
  readonly kind: ClientKind
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly grantTypes: readonly GrantType[]
  readonly scopes: readonly string[]
  readonly requiresDpop: boolean
  readonly requiresPush?: boolean
  readonly requiresSigning?: boolean
  readonly requiresCertificate?: boolean
  readonly tlsAuth?: OAuthClient['tlsAuth']
  readonly jwks?: OAuthClient['jwks']
  readonly links?: ClientLinks
  readonly contacts?: readonly string[]
  readonly registration?: ClientRegistration | undefined
  readonly backchannelLogoutUri?: OAuthClient['backchannelLogoutUri']
  readonly backchannelLogoutSessionRequired?: boolean
}

const MOST_KEPT = 1000
/** By their text: each token of an application begins with reading the application. */
const parsed = new Map<string, Settings>()

/** Nothing but `clientValues` writes the column, so the cast holds. */
function parseSettings(text: string): Settings {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const settings = JSON.parse(text) as Settings
  if (parsed.size >= MOST_KEPT) parsed.clear()
  parsed.set(text, settings)
  return settings
}

export function clientOf(row: ClientRow): OAuthClient {
  const settings = parseSettings(row.settings)
  return {
    ...settings,
    jwks: settings.jwks,
    requiresPush: settings.requiresPush ?? false,
    requiresSigning: settings.requiresSigning ?? false,
    requiresCertificate: settings.requiresCertificate ?? false,
    tlsAuth: settings.tlsAuth,
    links: settings.links ?? {},
    contacts: settings.contacts ?? [],
    registration: settings.registration,
    backchannelLogoutUri: settings.backchannelLogoutUri,
    backchannelLogoutSessionRequired: settings.backchannelLogoutSessionRequired ?? false,
    id: row.id,
    secretHash: row.secret_hash ?? undefined,
    formerSecretHash: row.former_secret_hash ?? undefined,
    formerUntil: row.former_until ?? undefined,
    disabledAt: row.disabled_at ?? undefined,
    createdAt: row.created_at,
    version: row.version,
  }
}

export const clientColumns = [
  'id',
  'settings',
  'secret_hash',
  'former_secret_hash',
  'former_until',
  'disabled_at',
  'created_at',
  'version',
] as const

/** What an update may change. */
export function clientSettings(client: OAuthClient): string {
  const {
    id: _id,
    secretHash: _hash,
    formerSecretHash: _former,
    formerUntil: _until,
    disabledAt: _disabledAt,
    createdAt: _createdAt,
    version: _version,
    ...settings
  } = client
  const kept: Settings = settings
  return JSON.stringify(kept)
}

export function clientValues(client: OAuthClient): readonly (string | number | null)[] {
  const { id, secretHash, formerSecretHash, formerUntil, disabledAt, createdAt, version } = client
  const secrets = [secretHash ?? null, formerSecretHash ?? null, formerUntil ?? null]
  return [id, clientSettings(client), ...secrets, disabledAt ?? null, createdAt, version]
}
