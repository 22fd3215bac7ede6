import type { AuthError, RefusalCode } from 'countersign/core'
import type * as z from 'zod'
import type { Messages } from '../message/en.ts'
import { InvalidRequest } from '../field-error.ts'

/** Findings as sentences of the reader's language. What a rule or a refusal is called stays the same; what is said of it is in `message/`. */

export type FieldSentences = Readonly<Record<string, string>>

type Issue = z.core.$ZodIssue

function sentenceOf(issue: Issue, { field }: Messages): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? field.required : field.invalid
    case 'too_big':
      return field.tooLong(Number(issue.maximum))
    case 'too_small':
      return Number(issue.minimum) <= 1 ? field.required : field.tooShort(Number(issue.minimum))
    default:
      return field.invalid
  }
}

/** What the schema of a form says of its fields; undefined for what no browser sends: a field that the form does not have. */
export function sentencesOf(issues: readonly Issue[], say: Messages): FieldSentences | undefined {
  const sentences: Record<string, string> = {}
  for (const issue of issues) {
    const [name] = issue.path
    if (issue.code === 'unrecognized_keys' || typeof name !== 'string') return undefined
    sentences[name] ??= sentenceOf(issue, say)
  }
  return sentences
}

/** What the domain finds wrong with a field: the rules of `account/`. */
const byRule: Readonly<Record<string, (field: Messages['field'], least: number, most: number) => string>> = {
  email: (field) => field.email,
  name: (field, _least, most) => field.tooLong(most),
  password_length: (field, least, most) => field.passwordLength(least, most),
  password_short: (field, least) => field.passwordShort(least),
  password_pattern: (field) => field.passwordPattern,
  password_personal: (field, least) => field.passwordPersonal(least),
  password_common: (field) => field.passwordCommon,
  password_breached: (field) => field.passwordBreached,
  password_characters: (field) => field.passwordCharacters,
}

/** The field that a refusal of the domain blames; undefined when it blames none. */
export function blamedField({ code, detail }: AuthError, { field }: Messages): FieldSentences | undefined {
  const { pointer, rule, least, most } = detail
  if (code !== 'request_invalid' || typeof pointer !== 'string') return undefined
  const sentence = typeof rule === 'string' && Object.hasOwn(byRule, rule) ? byRule[rule] : undefined
  return { [pointer.slice(1)]: sentence?.(field, Number(least), Number(most)) ?? field.invalid }
}

/** Refusals whose sentence has another name than their code. */
const sentenceName: Readonly<Partial<Record<RefusalCode, keyof Messages['refusal']>>> = {
  csrf_refused: 'csrf',
  credential_missing: 'session_over',
  credential_malformed: 'session_over',
  token_expired: 'session_over',
  token_revoked: 'session_over',
  token_invalid: 'session_over',
  refresh_invalid: 'session_over',
  refresh_reused: 'session_over',
  revocation_unknown: 'overloaded',
}

/** What happened and what to do, in a sentence. */
export function reasonOf(refusal: AuthError, { refusal: sentences }: Messages): string {
  if (refusal instanceof InvalidRequest) return sentences.form_unknown
  const name = sentenceName[refusal.code] ?? refusal.code
  return Object.hasOwn(sentences, name) ? sentences[name as keyof typeof sentences] : sentences.other
}
