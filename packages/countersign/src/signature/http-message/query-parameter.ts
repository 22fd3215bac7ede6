import type { Fail } from './component.ts'

/**
 * The value of one parameter of a query, encoded again (RFC 9421 section 2.2.8): what the form encoding leaves open (`+` or `%20`, `%7e`
 * or `~`) has one spelling here.
 *
 * @param name Encoded in the same way.
 * @throws {ComponentError} There is none, more than one, or bytes in it that are not UTF-8: all of those would read the same.
 */
export function queryParameter(query: string, name: string, fail: Fail): string {
  let found: string | undefined
  // The constructor takes one question mark away.
  for (const [candidate, value] of new URLSearchParams(`?${query}`)) {
    if (encodeFormText(candidate) !== name) continue
    if (found !== undefined) throw fail('component_ambiguous')
    if (candidate.includes('\uFFFD') || value.includes('\uFFFD')) throw fail('component_value')
    found = encodeFormText(value)
  }
  if (found === undefined) throw fail('component_absent')
  return found
}

/** Percent-encodes all but what the form encoding leaves alone (URL Standard, the application/x-www-form-urlencoded set). */
export function encodeFormText(text: string): string {
  return encodeURIComponent(text).replace(/[!~'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
