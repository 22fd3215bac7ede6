import type { AuditSelection } from '../api/audit.ts'
import { isoOfLocal, localOfIso } from '../kit/local-time.ts'

/** What the server narrows records by, as the address of the page names it. */
export const selectionNames = ['actor', 'target', 'operation', 'outcome', 'from', 'to'] as const
export type SelectionName = (typeof selectionNames)[number]

/** As it stands in a form: times in the time of this browser. */
export type SelectionDraft = Readonly<Record<SelectionName, string>>

const isTime = (name: SelectionName): boolean => name === 'from' || name === 'to'

/** Whatever else the address holds is not the server's business. */
export function selectionOf(query: URLSearchParams): AuditSelection {
  return Object.fromEntries(
    selectionNames.flatMap((name) => {
      const value = query.get(name)?.trim() ?? ''
      return value === '' || (isTime(name) && Number.isNaN(Date.parse(value))) ? [] : [[name, value]]
    }),
  )
}

export function draftOf(selection: AuditSelection): SelectionDraft {
  const { actor = '', target = '', operation = '', outcome = '', from, to } = selection
  return { actor, target, operation, outcome, from: localOfIso(from), to: localOfIso(to) }
}

/** The address that shows what a form asks for; everything else in it stays, but the record that was looked at. */
export function withDraft(query: URLSearchParams, draft: SelectionDraft): URLSearchParams {
  const next = new URLSearchParams(query)
  next.delete('event')
  for (const name of selectionNames) {
    const value = isTime(name) ? (isoOfLocal(draft[name]) ?? '') : draft[name].trim()
    if (value === '') next.delete(name)
    else next.set(name, value)
  }
  return next
}

export const isEmpty = (selection: AuditSelection): boolean => Object.keys(selection).length === 0

/** The position of the record that an address is about. */
export function positionIn(query: URLSearchParams): number | undefined {
  const text = query.get('event') ?? ''
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

/** The address of one record; the list behind it stays as it is. */
export function eventPath(query: URLSearchParams, position: number): string {
  const next = new URLSearchParams(query)
  next.set('event', String(position))
  return `/console/audit?${next}`
}

/** The address of all records of one kind, and of no other. */
export const narrowedPath = (selection: AuditSelection): string =>
  `/console/audit?${new URLSearchParams(Object.entries(selection).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))}`
