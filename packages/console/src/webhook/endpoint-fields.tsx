import type { JSX } from 'react'
import { SelectField, TextField } from '../kit/index.ts'
import { endpointForm as text, webhooks } from '../message/en/webhook.ts'
import type { EndpointDraft } from './endpoint-draft.ts'
import { EventFields } from './event-fields.tsx'

interface EndpointFieldsProps {
  readonly draft: EndpointDraft
  readonly onChange: (draft: EndpointDraft) => void
  /** What signs is decided when an endpoint is made, and stays. */
  readonly isNew: boolean
}

const signatures = Object.entries(webhooks.signatures).map(([value, title]) => ({ value, title }))

export function EndpointFields({ draft, onChange, isNew }: EndpointFieldsProps): JSX.Element {
  return (
    <>
      <TextField
        label={text.url}
        name="url"
        hint={text.urlHint}
        type="url"
        inputMode="url"
        autoComplete="off"
        required
        value={draft.url}
        onChange={(url) => onChange({ ...draft, url })}
      />
      <TextField
        label={text.description}
        name="description"
        hint={text.descriptionHint}
        autoComplete="off"
        value={draft.description}
        onChange={(description) => onChange({ ...draft, description })}
      />
      {isNew ? (
        <SelectField
          label={text.signature}
          name="signature"
          hint={text.signatureHint}
          value={draft.signature}
          onChange={(signature) => onChange({ ...draft, signature })}
          options={signatures}
        />
      ) : null}
      <EventFields draft={draft} onChange={onChange} />
    </>
  )
}
