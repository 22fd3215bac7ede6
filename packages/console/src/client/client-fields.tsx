import type { JSX } from 'react'
import { SelectField, TextField } from '../kit/index.ts'
import { clientForm as text } from '../message/en/client.ts'
import { type ClientDraft, hasKeys, kindOf, withPreset } from './client-draft.ts'
import { CODE, isForPeople } from './client.ts'
import { GrantFields } from './grant-fields.tsx'
import { KeyField, ProofFields } from './proof-fields.tsx'
import { AskedFields, PageFields, SignOutFields } from './setting-fields.tsx'

interface ClientFieldsProps {
  readonly draft: ClientDraft
  readonly onChange: (draft: ClientDraft) => void
  /** What it is and how it proves itself are said once. */
  readonly isNew: boolean
}

const presets = Object.entries(text.presets).map(([value, title]) => ({ value, title }))

/** What a client is registered as. */
export function ClientFields({ draft, onChange, isNew }: ClientFieldsProps): JSX.Element {
  const isForThem = isForPeople(draft.grants)
  return (
    <>
      {isNew ? (
        <SelectField
          label={text.preset}
          name="kind"
          hint={text.presetHints[draft.preset]}
          value={draft.preset}
          onChange={(preset) => onChange(withPreset(draft, preset))}
          options={presets}
        />
      ) : null}
      <TextField
        label={text.name}
        name="name"
        hint={text.nameHint}
        required
        value={draft.name}
        onChange={(name) => onChange({ ...draft, name })}
      />
      <GrantFields legend={text.grants} name="grant_types" chosen={draft.grants} onChange={(grants) => onChange({ ...draft, grants })} />
      {draft.grants.includes(CODE) ? (
        <TextField
          label={text.redirects}
          name="redirect_uris"
          hint={text.redirectsHint}
          required
          multiline
          value={draft.redirects}
          onChange={(redirects) => onChange({ ...draft, redirects })}
        />
      ) : null}
      <TextField
        label={text.scopes}
        name="scopes"
        hint={text.scopesHint}
        value={draft.scopes}
        onChange={(scopes) => onChange({ ...draft, scopes })}
      />
      {isNew && kindOf(draft) === 'confidential' ? <ProofFields draft={draft} onChange={onChange} /> : null}
      {!isNew && hasKeys(draft.proof) ? <KeyField draft={draft} onChange={onChange} hint={text.newKeysHint} /> : null}
      <AskedFields draft={draft} onChange={onChange} />
      {isForThem ? <SignOutFields draft={draft} onChange={onChange} /> : null}
      {isForThem ? <PageFields draft={draft} onChange={onChange} /> : null}
    </>
  )
}
