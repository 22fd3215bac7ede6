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
  readonly device: { readonly name: string | null; readonly user_agent: string | null; readonly address: string | null }
  readonly created_at: string
  readonly refreshed_at: string
  readonly expires_at: string
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
