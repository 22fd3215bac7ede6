import { AuthError } from 'countersign/core'
import type * as z from 'zod'

/** One thing wrong with a request: where (RFC 6901 JSON pointer) and what. Never the value itself: it may be a password. */
export interface FieldError {
  readonly pointer: string
  readonly detail: string
}

/** `request_invalid` with the fields to blame. */
export class InvalidRequest extends AuthError {
  readonly errors: readonly FieldError[]

  constructor(errors: readonly FieldError[]) {
    super('request_invalid', { fields: errors.length })
    this.errors = errors
  }
}

const MAX_ERRORS = 20
const MAX_NAME = 64

/** A member name that the caller chose, short and without control characters. */
const shown = (name: string): string => name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd').slice(0, MAX_NAME)

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${shown(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

type Issue = z.core.$ZodIssue

/** Our own sentences: the schema library's may change, and some of its forms repeat the input. */
function sentence(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be of type ${issue.expected}`
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`
    case 'too_big':
      return `must be at most ${issue.maximum}${unit(issue.origin)}`
    case 'too_small':
      return `must be at least ${issue.minimum}${unit(issue.origin)}`
    case 'invalid_format':
      return `must be a valid ${issue.format === 'regex' ? 'value' : issue.format}`
    case 'custom':
      return issue.message
    default:
      return 'is not valid'
  }
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters long'
  return origin === 'array' || origin === 'set' ? ' items long' : ''
}

function errorsOf(issue: Issue): readonly FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointerTo(issue.path), detail: sentence(issue) }]
  return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: 'is not a known member' }))
}

/**
 * @throws {InvalidRequest} naming every member that is wrong, missing or unknown.
 */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  throw new InvalidRequest(result.error.issues.flatMap(errorsOf).slice(0, MAX_ERRORS))
}
