import { Problem } from '../api/problem.ts'
import { given, jsonOf, whole, words } from '../caller-key/key-form.ts'
import { trustRule as text } from '../message/en/trust-rule.ts'

/** A rule as somebody writes it down. */
export interface RuleDraft {
  readonly name: string
  readonly issuer: string
  readonly jwks: string
  readonly subject: string
  readonly claims: string
  readonly assertionAudience: string
  readonly assertionSeconds: string
  readonly reusable: boolean
  readonly service: string
  readonly scopes: string
  readonly audience: string
  readonly tokenSeconds: string
}

export const emptyRule: RuleDraft = Object.freeze({
  name: '',
  issuer: '',
  jwks: '',
  subject: '',
  claims: '',
  assertionAudience: '',
  assertionSeconds: '',
  reusable: false,
  service: '',
  scopes: '',
  audience: '',
  tokenSeconds: '',
})

/**
 * `name=value`, one a line: behind the first `=` everything is the value, a text always. A JSON object says the rest.
 *
 * @returns undefined for nothing.
 * @throws {Problem} at the field.
 */
export function claimsOf(typed: string): unknown {
  if (typed.trim().startsWith('{')) return jsonOf(typed)
  const claims = new Map<string, string>()
  for (const line of typed.split('\n').map((each) => each.trim())) {
    if (line === '') continue
    const at = line.indexOf('=')
    if (at < 1) throw wrong(text.claimForm(line))
    const name = line.slice(0, at)
    if (claims.has(name)) throw wrong(text.claimTwice(name))
    claims.set(name, line.slice(at + 1))
  }
  return claims.size === 0 ? undefined : Object.fromEntries(claims)
}

const wrong = (detail: string): Problem =>
  new Problem({ status: 400, code: 'request_invalid', title: text.claimWrong, errors: [{ pointer: '/claims', detail }] })

const said = (typed: string): string | undefined => (typed.trim() === '' ? undefined : typed.trim())

/** What was left empty is not spoken of, and gets its default. @throws {Problem} at the field, for claims that cannot be read. */
export const ruleBody = (draft: RuleDraft): Readonly<Record<string, unknown>> => ({
  ...given({
    jwks: jsonOf(draft.jwks),
    assertion_audience: said(draft.assertionAudience),
    claims: claimsOf(draft.claims),
    assertion_seconds: whole(draft.assertionSeconds),
    scopes: words(draft.scopes),
    audience: words(draft.audience),
    token_seconds: whole(draft.tokenSeconds),
  }),
  name: draft.name.trim(),
  issuer: draft.issuer.trim(),
  subject: draft.subject.trim(),
  service: draft.service,
  ...(draft.reusable ? { reusable: true } : {}),
})
