import { isoOfLocal } from '../kit/local-time.ts'

/**
 * What people type, as the API takes it. What is no number or no time goes to the server as it was typed, which says so at its field: there is
 * one place where a value is judged.
 */

/** Scopes, roles and addresses: apart from each other by spaces, commas or lines. */
export const words = (text: string): readonly string[] => [...new Set(text.split(/[\s,]+/).filter((each) => each !== ''))]

/** Tags, which may hold spaces: apart by commas or lines. */
export const phrases = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  ),
]

export const joined = (list: readonly string[]): string => list.join(' ')

export const joinedPhrases = (list: readonly string[]): string => list.join(', ')

/** @returns undefined for nothing. */
export function whole(text: string): number | string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : trimmed
}

/** `100/60`: so many requests in so many seconds. @returns undefined for nothing. */
export function rate(text: string): { readonly requests: number; readonly seconds: number } | string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const [, requests, seconds] = /^(\d{1,9})\s*\/\s*(\d{1,9})$/.exec(trimmed) ?? []
  return requests === undefined ? trimmed : { requests: Number(requests), seconds: Number(seconds) }
}

/** Of a field for date and time, which is in the zone of whoever types. @returns undefined for nothing. */
export function moment(text: string): string | undefined {
  const trimmed = text.trim()
  return trimmed === '' ? undefined : (isoOfLocal(trimmed) ?? trimmed)
}

/** A public key in a form: JSON, or else what was typed, which the server refuses at its field. */
export function jsonOf(text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  try {
    return JSON.parse(trimmed)
  } catch {
    return trimmed
  }
}

type Body = Readonly<Record<string, unknown>>

/** What a new thing is asked to have: what was left empty is not spoken of, and gets its default. */
export const given = (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)))

/** Only what is otherwise than before, so that two people who change two things do not undo each other's. */
export const changed = (before: Body, after: Body): Body =>
  Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])))
