import type { AuditEvent } from '../api/audit.ts'
import { audit } from '../message/en/audit.ts'

export type Tone = 'plain' | 'accent' | 'warning' | 'danger' | 'live'

const tones: Readonly<Record<string, Tone>> = { done: 'plain', refused: 'warning', failed: 'danger' }

export const outcomeTone = (outcome: string): Tone => tones[outcome] ?? 'plain'
export const outcomeName = (outcome: string): string => audit.outcomes[outcome] ?? outcome
export const actorKind = (kind: string): string => audit.actors[kind] ?? kind

/** As what the API knows whoever did it: their id, or the kind of those that have none. */
export const actorName = ({ actor }: AuditEvent): string => actor.id ?? actor.kind

/** How it ended, why, and for how many it stands. */
export const outcomeText = ({ outcome, code, count }: AuditEvent): string =>
  [outcomeName(outcome), code, count === null ? null : audit.times(count)].filter((each) => each !== null).join(', ')

const pages: Readonly<Record<string, (id: string) => string>> = {
  user: (id) => `/console/users/${encodeURIComponent(id)}`,
  client: (id) => `/console/clients/${encodeURIComponent(id)}`,
  webhook_endpoint: (id) => `/console/webhooks/${encodeURIComponent(id)}`,
}

/** Where the console shows such a thing; undefined where it does not, or where what is named is no id of ours. */
export function pageOf(kind: string, id: string | null): string | undefined {
  // A stranger may have typed it; and a client may be a key, which has no page by this id.
  if (id === null || !/^(?:usr|whe|cli)_[A-Za-z0-9_-]+$/.test(id)) return undefined
  return pages[kind]?.(id)
}
