import type { RevocationRequest } from '../api/revocation.ts'

/** What the dialog holds. */
export interface Draft {
  readonly kind: string
  /** As it was typed: an id, or a person's e-mail address. */
  readonly id: string
  readonly mode: string
  readonly reason: string
}

export const emptyDraft: Draft = { kind: 'user', id: '', mode: 'hard', reason: '' }

const modal: ReadonlySet<string> = new Set(['user', 'session', 'client', 'everyone'])
const nameless: ReadonlySet<string> = new Set(['everyone', 'issuer'])

/** Whether sessions stand behind it, so that they can be spared or ended. */
export const hasModes = ({ kind }: Pick<Draft, 'kind'>): boolean => modal.has(kind)

/** Whether it is said what is meant. */
export const isNamed = ({ kind, id }: Draft): boolean => nameless.has(kind) || id.trim() !== ''

/** The address that stands for a person's id. */
export const emailOf = ({ kind, id }: Draft): string | undefined =>
  kind === 'user' && id.includes('@') && !id.includes('#') ? id.trim() : undefined

/** What is asked of the server. @param id Of whoever an address was given of. */
export function requestOf(draft: Draft, id: string = draft.id.trim()): RevocationRequest {
  const { kind, mode } = draft
  const reason = draft.reason.trim()
  return {
    target: kind === 'everyone' || id === '' ? { kind } : { kind, id },
    ...(hasModes(draft) ? { mode } : {}),
    ...(reason === '' ? {} : { reason }),
  }
}
