import type { JSX } from 'react'
import { SelectField, TextField } from '../kit/index.ts'
import { clientForm as text } from '../message/en/client.ts'
import { type ClientDraft, hasKeys, withProof } from './client-draft.ts'

interface ProofFieldsProps {
  readonly draft: ClientDraft
  readonly onChange: (draft: ClientDraft) => void
}

const optionsOf = (names: Readonly<Record<string, string>>): readonly { readonly value: string; readonly title: string }[] =>
  Object.entries(names).map(([value, title]) => ({ value, title }))

/** By what a client on a server proves itself. */
export function ProofFields({ draft, onChange }: ProofFieldsProps): JSX.Element {
  return (
    <fieldset className="field">
      <legend>{text.proofLegend}</legend>
      <SelectField
        label={text.proof}
        name="token_endpoint_auth_method"
        hint={text.proofHint}
        value={draft.proof}
        onChange={(proof) => onChange(withProof(draft, proof))}
        options={optionsOf(text.proofs)}
      />
      {draft.proof === 'tls_client_auth' ? <NameFields draft={draft} onChange={onChange} /> : null}
      {hasKeys(draft.proof) ? <KeyField draft={draft} onChange={onChange} hint={text.keysHint} /> : null}
    </fieldset>
  )
}

const NameFields = ({ draft, onChange }: ProofFieldsProps): JSX.Element => (
  <>
    <SelectField
      label={text.property}
      name="property"
      value={draft.property}
      onChange={(property) => onChange({ ...draft, property })}
      options={optionsOf(text.properties)}
    />
    <TextField
      label={text.propertyValue}
      name={draft.property}
      required
      value={draft.propertyValue}
      onChange={(propertyValue) => onChange({ ...draft, propertyValue })}
    />
  </>
)

/** Public keys, pasted. */
export const KeyField = ({ draft, onChange, hint }: ProofFieldsProps & { readonly hint: string }): JSX.Element => (
  <TextField label={text.keys} name="jwks" hint={hint} multiline value={draft.jwks} onChange={(jwks) => onChange({ ...draft, jwks })} />
)
