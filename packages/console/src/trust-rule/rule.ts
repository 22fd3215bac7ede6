import type { RuleFinding, TrustRule } from '../api/trust-rule.ts'
import { ruleTest, trustRules as text } from '../message/en/trust-rule.ts'

export const countsText = ({ reusable }: Pick<TrustRule, 'reusable'>): string => (reusable ? text.uses.living : text.uses.once)

/** `name=value`, as it is written down. */
export const claimTexts = ({ claims }: Pick<TrustRule, 'claims'>): readonly string[] =>
  Object.entries(claims).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)

interface Verdict {
  readonly isTaken: boolean
  readonly title: string
  readonly text: string
}

/** What becomes of a token, by what each rule makes of it: one rule takes it, or a service has to be named. */
export function verdictOf(findings: readonly RuleFinding[]): Verdict {
  const [first, ...others] = findings.filter(({ accepts }) => accepts)
  if (first === undefined)
    return { isTaken: false, title: ruleTest.noneTitle, text: findings.length === 0 ? ruleTest.nobody : ruleTest.none }
  return others.length === 0
    ? { isTaken: true, title: ruleTest.takenTitle, text: first.name }
    : { isTaken: true, title: ruleTest.several, text: [first, ...others].map(({ name }) => name).join(', ') }
}

/** Where a rule is looked at: it has a place of its own in the address. */
export const rulePath = (id: string): string => `/console/trust-rules?${new URLSearchParams({ rule: id })}`
