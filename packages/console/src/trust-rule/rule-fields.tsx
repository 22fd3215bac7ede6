import type { JSX } from 'react'
import type { Service } from '../api/service.ts'
import { CheckField, Command, Notice, SelectField, TextField } from '../kit/index.ts'
import { trustRule as text } from '../message/en/trust-rule.ts'
import type { RuleDraft } from './rule-draft.ts'

interface RuleFieldsProps {
  readonly draft: RuleDraft
  readonly onChange: (draft: RuleDraft) => void
  readonly services: readonly Service[] | undefined
}

/** Whose tokens, as whom, and what for. */
export function RuleFields({ draft, onChange, services }: RuleFieldsProps): JSX.Element {
  const bound = (name: Exclude<keyof RuleDraft, 'reusable'>) => ({
    value: draft[name],
    onChange: (value: string) => onChange({ ...draft, [name]: value }),
  })
  return (
    <>
      <TextField label={text.name} name="name" hint={text.nameHint} required {...bound('name')} />
      <TextField label={text.issuer} name="issuer" hint={text.issuerHint} inputMode="url" required {...bound('issuer')} />
      <TextField label={text.subject} name="subject" hint={text.subjectHint} required {...bound('subject')} />
      <TextField label={text.claims} name="claims" hint={text.claimsHint} multiline {...bound('claims')} />
      {services?.length === 0 ? (
        <Notice tone="warning">
          <p>{text.noServices}</p>
          <Command text={text.noServicesCommand} />
        </Notice>
      ) : null}
      <SelectField
        label={text.service}
        name="service"
        {...bound('service')}
        options={[
          { value: '', title: text.noService },
          ...(services ?? []).map(({ id, name }) => ({ value: id, title: `${name} (${id})` })),
        ]}
      />
      <TextField label={text.scopes} name="scopes" hint={text.scopesHint} {...bound('scopes')} />
      <CheckField
        label={text.reusable}
        name="reusable"
        hint={text.reusableHint}
        checked={draft.reusable}
        onChange={(reusable) => onChange({ ...draft, reusable })}
      />
      <TextField label={text.jwks} name="jwks" hint={text.jwksHint} multiline {...bound('jwks')} />
      <TextField
        label={text.assertionAudience}
        name="assertion_audience"
        hint={text.assertionAudienceHint}
        {...bound('assertionAudience')}
      />
      <TextField
        label={text.assertionSeconds}
        name="assertion_seconds"
        hint={text.assertionSecondsHint}
        inputMode="numeric"
        {...bound('assertionSeconds')}
      />
      <TextField label={text.audience} name="audience" hint={text.audienceHint} {...bound('audience')} />
      <TextField
        label={text.tokenSeconds}
        name="token_seconds"
        hint={text.tokenSecondsHint}
        inputMode="numeric"
        {...bound('tokenSeconds')}
      />
    </>
  )
}
