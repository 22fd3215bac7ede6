import { encodeOnce } from './canonical-path.ts'

const MALFORMED_ESCAPE = /%(?![0-9A-Fa-f]{2})/

/** A query parameter, name and value in the one spelling that Amazon signs (RFC 3986 unreserved characters bare, all others escaped). */
export interface QueryParameter {
  readonly name: string
  readonly value: string
}

/** @returns the parameters in the order of arrival; `undefined` when a `%` begins no escape, so that readers would disagree. */
export function queryParameters(query: string): QueryParameter[] | undefined {
  if (MALFORMED_ESCAPE.test(query)) return undefined
  return query === '' ? [] : query.split('&').map(parameterOf)
}

function parameterOf(text: string): QueryParameter {
  const equals = text.indexOf('=')
  return equals < 0 ? { name: encoded(text), value: '' } : { name: encoded(text.slice(0, equals)), value: encoded(text.slice(equals + 1)) }
}

/** A form's `+` is a blank to every reader of queries that we know; signers that decode first write it so too. */
const encoded = (text: string): string => encodeOnce(text.replaceAll('+', '%20')).replaceAll('/', '%2F')

/**
 * Sorted by name, then value.
 *
 * @returns `undefined` when a name stands twice with values out of order: sorting would forget which came first, and the signature would
 *   fit either order. Amazon lets that pass.
 */
export function sortedQuery(parameters: readonly QueryParameter[]): string | undefined {
  const sorted = parameters.toSorted((a, b) => compare(a.name, b.name))
  for (let index = 1; index < sorted.length; index++) {
    const [before, here] = [sorted[index - 1] as QueryParameter, sorted[index] as QueryParameter]
    if (before.name === here.name && before.value > here.value) return undefined
  }
  return sorted.map(({ name, value }) => `${name}=${value}`).join('&')
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
