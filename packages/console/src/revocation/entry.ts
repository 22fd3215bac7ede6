import type { Revocation, Target } from '../api/revocation.ts'
import { revocation as words } from '../message/en/revocation.ts'

type Tone = 'plain' | 'accent' | 'warning' | 'danger'

const severe: ReadonlySet<string> = new Set(['everyone', 'issuer', 'key', 'client'])
const wide: ReadonlySet<string> = new Set(['role', 'group'])
/** Somebody else's: the server knows no more of it than the name. */
const FOREIGN = '#'

/** How many may feel it: of another set of keys, nobody. The badge names the kind, too. */
export function toneOf({ kind: entry, target: { kind }, operation }: Pick<Revocation, 'kind' | 'target' | 'operation'>): Tone {
  if (entry === 'keyset') return 'plain'
  if (severe.has(kind) || operation?.includes('Stolen') === true) return 'danger'
  return wide.has(kind) ? 'warning' : 'accent'
}

/** Where more is to be known of it. */
export function hrefOf({ kind, id }: Target): string | undefined {
  if (id === undefined || id.includes(FOREIGN)) return undefined
  if (kind === 'user') return `/console/users/${encodeURIComponent(id)}`
  if (kind === 'client' && id.startsWith('cli_')) return `/console/clients/${encodeURIComponent(id)}`
  return undefined
}

export const targetText = ({ target: { kind, id } }: Pick<Revocation, 'target'>): string => (id === undefined ? kind : `${kind}:${id}`)

/** What happened, and why by whoever did it. */
export function whatText({ kind, operation, reason, mode }: Revocation): string {
  const entry = kind === 'cutoff' ? '' : (words.notCutoff[kind] ?? kind)
  const what = [entry, words.why(operation)].filter((part) => part !== '').join(': ')
  return [what === '' ? mode : what, reason ?? ''].filter((part) => part !== '').join(' · ')
}

/** Who did it: an id, or a word for whoever has none. */
export const whoText = ({ actor }: Pick<Revocation, 'actor'>): string =>
  actor === null ? '' : (actor.id ?? words.actors[actor.kind] ?? actor.kind)

/** All of it, for searching and saving. */
export const whyText = (entry: Revocation): string => [whatText(entry), whoText(entry)].filter((part) => part !== '').join(' · ')
