import { AuthError } from 'countersign/core'

/** Some issuers write the whole way to a job into it. */
export const MAXIMUM_SUBJECT = 1024
/** A beginning that names less would speak for everybody at an issuer that many share. */
const LEAST_PARTS = 2

const invalid = (problem: string): AuthError => new AuthError('request_invalid', { pointer: '/subject', problem })

/**
 * Holds a pattern against its one form: the subject itself, or its beginning with `*` behind a `:` or `/`. So `repo:acme/shop:*` is never
 * `repo:acme/shop-of-somebody-else:…`.
 *
 * @throws {AuthError} `request_invalid`.
 */
export function requireSubjectPattern(pattern: string): void {
  if (pattern === '' || pattern.length > MAXIMUM_SUBJECT || !pattern.isWellFormed() || /\p{Cc}/u.test(pattern)) {
    throw invalid(`must have 1 to ${MAXIMUM_SUBJECT} printable characters`)
  }
  const star = pattern.indexOf('*')
  if (star < 0) return
  const beginning = pattern.slice(0, star)
  if (star !== pattern.length - 1 || !/[:/]$/.test(beginning)) throw invalid('may have one * at its end, behind a : or /')
  if (beginning.split(/[:/]/).filter((part) => part !== '').length < LEAST_PARTS) {
    throw invalid('must name more before its *, such as repo:acme/*')
  }
}

/** @param pattern Of a form that `requireSubjectPattern` has passed. */
export function isSubjectOf(pattern: string, subject: string): boolean {
  if (!pattern.endsWith('*')) return subject === pattern
  const beginning = pattern.slice(0, -1)
  return subject.length > beginning.length && subject.startsWith(beginning)
}
