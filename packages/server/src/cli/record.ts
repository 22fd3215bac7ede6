/** The API's records as the CLI reads them: it trusts the server that it was pointed at, and prints what it is told. */

export interface UserRecord {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly status: string
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly created_at: string
}

export interface SessionRecord {
  readonly id: string
  readonly user: string
  readonly device: {
    readonly name: string | null
    readonly user_agent: string | null
    readonly address: string | null
    readonly browser: string | null
    readonly system: string | null
    readonly place: string | null
  }
  readonly created_at: string
  readonly last_used_at: string
  readonly expires_at: string
}

export interface RevocationRecord {
  readonly position: number
  readonly at: number
  readonly kind: string
  readonly target: { readonly kind: string; readonly id?: string }
  readonly mode: string
  readonly operation: string | null
  readonly reason: string | null
  readonly actor: { readonly kind: string; readonly id: string | null } | null
}

export interface RevocationPreviewRecord {
  readonly effect: 'cutoff' | 'ended'
  readonly sessions: number
  readonly people: number
  readonly grants: number
  readonly sessions_renewed: number | null
  readonly at_least: boolean
}

export interface RoleRecord {
  readonly name: string
  readonly scope: readonly string[]
  readonly source: 'configuration' | 'database'
  readonly changed_at: string | null
}

export interface AuditEventRecord {
  readonly position: number
  readonly at: string
  readonly operation: string
  readonly actor: { readonly kind: string; readonly id: string | null; readonly session: string | null; readonly by: string | null }
  readonly target: { readonly kind: string; readonly id: string } | null
  readonly outcome: string
  readonly code: string | null
  readonly address: string | null
  readonly request_id: string | null
  readonly members: readonly string[]
  readonly methods: readonly string[]
  readonly count: number | null
  readonly hash: string
}

export interface AuditHeadRecord {
  readonly position: number
  readonly hash: string
  readonly seal: string
  readonly at: string
}

export interface AuditVerificationRecord {
  readonly intact: boolean
  readonly records: number
  readonly base: number
  readonly head: number
  readonly checkpoint: string
  readonly findings: readonly { readonly kind: string; readonly position: number; readonly up_to: number }[]
}

export interface ElevationRecord {
  readonly id: string
  readonly role: string
  readonly reason: string
  readonly started_by: string
  readonly ends_at: string
  readonly ended_at: string | null
  readonly ended_by: string | null
  readonly active: boolean
}

export interface KeyRecord {
  readonly kid: string
  readonly purpose: string
  readonly algorithm: string
  readonly state: string
  readonly created_at: string
  readonly activated_at: string | null
  readonly verify_until: string | null
}

export interface ServiceRecord {
  readonly id: string
  readonly name: string
  readonly created_at: string
}

export interface VerifierRecord {
  readonly service: { readonly id: string; readonly name: string }
  readonly instance: string
  readonly name: string | null
  readonly state: string
  readonly behind: number
  readonly age_ms: number | null
  readonly reported_at: string
}

export interface AccessKeyRecord {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly user: string | null
  readonly service: string | null
  readonly scope: readonly string[]
  readonly addresses: readonly string[]
  readonly status: string
  readonly successor: string | null
  readonly expires_at: string | null
}

export interface IssuedAccessKeyRecord {
  readonly access_key: AccessKeyRecord
  readonly secret_access_key?: string
}

export interface ApiKeyRecord {
  readonly id: string
  readonly name: string
  readonly environment: string
  readonly user: string | null
  readonly service: string | null
  readonly scope: readonly string[]
  readonly roles: readonly string[]
  readonly rate_limit: { readonly requests: number; readonly seconds: number } | null
  readonly tags: readonly string[]
  readonly status: string
  readonly successor: string | null
  readonly expires_at: string | null
  readonly last_used_at: string | null
}

export interface IssuedApiKeyRecord {
  readonly api_key: ApiKeyRecord
  readonly key: string
}

export interface StreamRecord {
  readonly stream_id: string
  readonly aud: string
  readonly delivery: { readonly method: string; readonly endpoint_url: string }
}

export interface StreamStatusRecord {
  readonly stream_id: string
  readonly status: string
  readonly reason?: string
  readonly waiting?: number
  readonly refused?: number
}

export interface MailSummaryRecord {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly template: string
  readonly created_at: string
  readonly text: string
}

export interface MailRecord extends MailSummaryRecord {
  readonly html: string
}

export interface MailQueueRecord {
  readonly transport: 'smtp' | 'outbox' | 'none'
  readonly waiting: number
  readonly refused: number
  readonly oldest_at: string | null
}

export interface PoolUserRecord {
  readonly user: string
  readonly email: string
  readonly pool: string
  readonly state: string
  readonly lease: string | null
}

export interface LeaseRecord {
  readonly id: string
  readonly pool: string
  readonly user: string
  readonly email: string
  readonly started_by: string
  readonly ends_at: string
  readonly ended_at: string | null
  readonly ended_by: string | null
  readonly active: boolean
}

export interface LeaseEventRecord {
  readonly kind: string
  readonly at: string
  readonly by: string
  readonly address: string | null
}

export interface OpenedLeaseRecord {
  readonly lease: LeaseRecord
  readonly encrypted_credentials?: string
}

export interface ClientRecord {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly redirect_uris: readonly string[]
  readonly scopes: readonly string[]
  readonly verified: boolean
  readonly disabled_at: string | null
  readonly created_at: string
}

export interface IssuedClientRecord extends ClientRecord {
  readonly secret?: string
}

export interface ClientInvitationRecord {
  readonly id: string
  readonly kinds: readonly string[]
  readonly grant_types: readonly string[]
  readonly scopes: readonly string[]
  readonly uses_left: number
  readonly expires_at: string
}

export interface IssuedClientInvitationRecord extends ClientInvitationRecord {
  readonly initial_access_token: string
}

export interface ClientDeliveryRecord {
  readonly session: string
  readonly user: string
  readonly state: string
  readonly attempts: number
  readonly outcome: string | null
  readonly created_at: string
  readonly due_at: string | null
}

export interface TrustRuleRecord {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly claims: Readonly<Record<string, string | number | boolean>>
  readonly service: string
  readonly scopes: readonly string[]
  readonly reusable: boolean
  readonly created_at: string
}

export interface RuleFindingRecord {
  readonly rule: string
  readonly name: string
  readonly service: string
  readonly accepts: boolean
  readonly problem: string | null
}

export interface WebhookEndpointRecord {
  readonly id: string
  readonly url: string
  readonly events: readonly string[] | null
  readonly signature: string
  readonly status: string
  readonly reason: string | null
  readonly failing_since: string | null
}

export interface IssuedWebhookEndpointRecord {
  readonly webhook_endpoint: WebhookEndpointRecord
  readonly secret: string | null
}

export interface WebhookDeliveryRecord {
  readonly id: string
  readonly type: string
  readonly state: string
  readonly attempts: number
  readonly created_at: string
  readonly due_at: string | null
  readonly outcome: string | null
}

export interface SecretUseRecord {
  readonly id: string
  readonly sealed: Readonly<Record<string, number>>
  readonly made: Readonly<Record<string, number>>
  readonly may_go: boolean
}

export interface SecretStateRecord {
  readonly secrets: readonly SecretUseRecord[]
  readonly lost: Readonly<Record<string, number>>
}

export interface ResealedRecord {
  readonly resealed: number
  readonly lost: number
}
