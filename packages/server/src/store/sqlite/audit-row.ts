import type { AuditEnd, AuditEnds, AuditRecord } from '../../audit/index.ts'

export interface AuditEndsRow extends AuditEnd {
  readonly base_position: number
  readonly base_hash: string
  readonly base_seal: string
}

export const recordColumns = 'position, body, hash, seal'
export const endColumns = 'position, hash, seal, base_position, base_hash, base_seal'

export const auditEndsOf = ({ position, hash, seal, base_position, base_hash, base_seal }: AuditEndsRow): AuditEnds => ({
  head: { position, hash, seal },
  base: { position: base_position, hash: base_hash, seal: base_seal },
})

export const auditRecordOf = ({ position, body, hash, seal }: AuditRecord): AuditRecord => ({ position, body, hash, seal })
