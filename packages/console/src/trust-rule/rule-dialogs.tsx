import { type JSX, useState } from 'react'
import { Link } from 'wouter'
import { useInvalidate } from '../api/query.ts'
import type { Service } from '../api/service.ts'
import { createTrustRule, removeTrustRule, type TrustRule } from '../api/trust-rule.ts'
import { ActionDialog, Button, Dialog, Facts, Id, Moment, Notice, say } from '../kit/index.ts'
import { trustRule as text, trustRules } from '../message/en/trust-rule.ts'
import { RuleFields } from './rule-fields.tsx'
import { emptyRule, ruleBody } from './rule-draft.ts'
import { claimTexts, countsText } from './rule.ts'

export const RULES: readonly string[] = ['trust-rules']

interface DialogProps {
  readonly services: readonly Service[] | undefined
  readonly onClose: () => void
}

export const serviceName = (id: string, services: readonly Service[] | undefined): string =>
  services?.find((service) => service.id === id)?.name ?? id

export function AddRule({ services, onClose }: DialogProps): JSX.Element {
  const [draft, setDraft] = useState(emptyRule)
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    const rule = await createTrustRule(ruleBody(draft))
    await invalidate(RULES)
    say(text.added(rule.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.addTitle}
      effect={text.addEffect}
      verb={text.addVerb}
      act={act}
      fields={<RuleFields draft={draft} onChange={setDraft} services={services} />}
    />
  )
}

interface RemoveRuleProps extends DialogProps {
  readonly rule: TrustRule
  readonly rules: readonly TrustRule[]
}

export function RemoveRule({ rule, rules, services, onClose }: RemoveRuleProps): JSX.Element {
  const invalidate = useInvalidate()
  const isLast = !rules.some(({ id, service }) => service === rule.service && id !== rule.id)
  const act = async (): Promise<void> => {
    await removeTrustRule(rule.id)
    await invalidate(RULES)
    say(text.removed(rule.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.removeTitle(rule.name)}
      effect={`${text.removeEffect(serviceName(rule.service, services))} ${isLast ? text.lastOfService : ''}`}
      verb={text.removeVerb}
      tone="danger"
      act={act}
    />
  )
}

interface LookAtRuleProps extends DialogProps {
  /** Undefined: it is not there any more. */
  readonly rule: TrustRule | undefined
  readonly onRemove: (rule: TrustRule) => void
}

/** All that one rule says. */
export function LookAtRule({ rule, services, onClose, onRemove }: LookAtRuleProps): JSX.Element {
  return (
    <Dialog open onClose={onClose} title={rule?.name ?? trustRules.title}>
      <div className="stack">
        {rule === undefined ? <Notice tone="warning">{text.gone}</Notice> : <Facts items={factsOf(rule, services)} />}
        <div className="buttons">
          <Button tone="quiet" onClick={onClose}>
            {text.close}
          </Button>
          {rule === undefined ? null : (
            <Button tone="danger" onClick={() => onRemove(rule)}>
              {trustRules.remove}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

const { facts } = text

const mono = (words: readonly string[]): JSX.Element => <span className="mono break">{words.join(' ')}</span>

const factsOf = (rule: TrustRule, services: readonly Service[] | undefined): Parameters<typeof Facts>[0]['items'] => [
  [facts.id, <Id key="id" value={rule.id} />],
  [facts.issuer, mono([rule.issuer])],
  [facts.keys, rule.has_keys ? text.keysGiven : text.keysPublished],
  [facts.audience, rule.assertion_audience === null ? text.ourIssuer : mono([rule.assertion_audience])],
  [facts.subject, mono([rule.subject])],
  [facts.claims, claimTexts(rule).length === 0 ? text.none : mono(claimTexts(rule))],
  [facts.end, text.seconds(rule.assertion_seconds)],
  [facts.use, countsText(rule)],
  [
    facts.service,
    <span key="service">
      {serviceName(rule.service, services)} <Id value={rule.service} />
    </span>,
  ],
  [facts.scopes, rule.scopes.length === 0 ? text.none : mono(rule.scopes)],
  [facts.our, rule.audience.length === 0 ? text.ourAudience : mono(rule.audience)],
  [facts.life, text.atMost(rule.token_seconds)],
  [facts.created, <Moment key="created" at={rule.created_at} />],
  [
    facts.history,
    <Link key="history" href={`/console/audit?${new URLSearchParams({ target: rule.id })}`}>
      {text.historyOf}
    </Link>,
  ],
]
