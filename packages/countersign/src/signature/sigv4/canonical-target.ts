import { canonicalPaths } from './canonical-path.ts'
import { queryParameters, sortedQuery } from './canonical-query.ts'
import { malformedSigV4 } from './malformed.ts'

const MAX_LENGTH = 8192
const VISIBLE = /^[!-~]*$/
/** Nothing to encode and nothing to sort: all forms are one. */
const PLAIN = /^[\w\-.~/]*(?:\?[\w\-.~]+=[\w\-.~]*)?$/

export interface TargetParts {
  readonly path: string
  readonly query: string
  /** Whether all forms of it are the one that was sent. */
  readonly plain: boolean
}

/** @throws {AuthError} `credential_malformed`: not the origin form (RFC 9112 section 3.2.1), not visible ASCII, or too long. */
export function splitTarget(target: string): TargetParts {
  if (target.length > MAX_LENGTH || target.charCodeAt(0) !== 0x2f) throw malformedSigV4('target')
  const plain = PLAIN.test(target)
  if (!plain && !VISIBLE.test(target)) throw malformedSigV4('target')
  const mark = target.indexOf('?')
  return mark < 0 ? { path: target, query: '', plain } : { path: target.slice(0, mark), query: target.slice(mark + 1), plain }
}

/**
 * The path and query lines of a canonical request in each form in which signers write them, no two alike: Amazon's (sorted, encoded
 * twice), S3's (sorted, encoded once), curl's (as sent).
 *
 * Two targets that have a form in common are the same to whoever percent-decodes a path and reads a query by names. Empty when no
 * form is left that would keep that promise.
 */
export function canonicalTargets({ path, query, plain }: TargetParts): readonly string[] {
  if (plain) return [`${path}\n${query}`]
  const { raw, double, single } = canonicalPaths(path)
  const parameters = queryParameters(query)
  const sorted = parameters && sortedQuery(parameters)
  const forms: string[] = []
  if (sorted !== undefined) for (const form of [double, single]) if (form !== undefined) add(forms, `${form}\n${sorted}`)
  if (raw !== undefined) add(forms, `${raw}\n${query}`)
  return forms
}

/** As `canonicalTargets` for a presigned URL, whose query is always sorted. */
export function presignedTargets(path: string, sorted: string): readonly string[] {
  const { double, single } = canonicalPaths(path)
  const forms: string[] = []
  for (const form of [double, single]) if (form !== undefined) add(forms, `${form}\n${sorted}`)
  return forms
}

function add(forms: string[], form: string): void {
  if (!forms.includes(form)) forms.push(form)
}
