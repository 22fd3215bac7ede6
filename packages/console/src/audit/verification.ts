import { Problem } from '../api/problem.ts'
import type { AuditFinding, AuditVerification } from '../api/audit.ts'
import { auditChain } from '../message/en/audit.ts'

/**
 * Reads what somebody has kept. Of what is written there only the four members of a checkpoint go on to the server.
 *
 * @returns undefined for an empty text; null for what is no checkpoint.
 */
export function checkpointOf(text: string): Readonly<Record<string, unknown>> | undefined | null {
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { position, hash, seal, at } = value as Readonly<Record<string, unknown>>
  if (typeof position !== 'number' || typeof hash !== 'string') return null
  return { position, hash, ...(seal === undefined ? {} : { seal }), ...(at === undefined ? {} : { at }) }
}

/** Said at the field, as the server says what is wrong with one. */
export const notACheckpoint = (): Problem =>
  new Problem({
    ...{ status: 400, code: 'request_invalid', title: auditChain.notJson },
    errors: [{ pointer: '/checkpoint', detail: auditChain.notJson }],
  })

/** Several in a row are one finding. */
export const placeOf = ({ position, up_to }: AuditFinding): string => (up_to > position ? `${position}–${up_to}` : String(position))

export const findingText = ({ kind }: AuditFinding): string => auditChain.findings[kind] ?? kind

/** What was found, and what a checkpoint has shown beside it. */
export function verificationText(result: AuditVerification): string {
  const { intact, records, base, head, checkpoint, findings } = result
  const found = intact ? auditChain.intact(records, base + 1, head) : auditChain.tampered(findings.length)
  return `${found} ${auditChain.checkpoints[checkpoint] ?? checkpoint}`
}
