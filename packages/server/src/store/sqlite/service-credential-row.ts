import type { ServiceCredential } from '../../credential/service-credential-store.ts'

export interface ServiceCredentialRow {
  readonly id: string
  readonly name: string
  readonly secret_hash: string
  readonly created_at: number
}

export const credentialOf = (row: ServiceCredentialRow): ServiceCredential => ({
  id: row.id,
  name: row.name,
  secretHash: row.secret_hash,
  createdAt: row.created_at,
})
