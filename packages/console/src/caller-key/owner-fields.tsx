import type { JSX } from 'react'
import type { Service } from '../api/service.ts'
import { SelectField, TextField } from '../kit/index.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import type { OwnerChoice } from './owner-choice.ts'

const text = callerKeyText.field

interface OwnerFieldsProps {
  readonly choice: OwnerChoice
  readonly onChange: (choice: OwnerChoice) => void
  readonly services: readonly Service[] | undefined
}

/** Whose a new key will be. */
export function OwnerFields({ choice, onChange, services }: OwnerFieldsProps): JSX.Element {
  return (
    <>
      <SelectField
        label={text.ownerKind}
        name="owner_kind"
        value={choice.kind}
        onChange={(kind) => onChange({ ...choice, kind: kind === 'service' ? 'service' : 'user' })}
        options={[
          { value: 'user', title: text.ownerPerson },
          { value: 'service', title: text.ownerService },
        ]}
      />
      {choice.kind === 'user' ? (
        <TextField
          label={text.person}
          name="user"
          hint={text.personHint}
          value={choice.person}
          onChange={(person) => onChange({ ...choice, person })}
          autoComplete="off"
          inputMode="email"
        />
      ) : (
        <SelectField
          label={text.service}
          name="service"
          hint={text.serviceHint}
          value={choice.service}
          onChange={(service) => onChange({ ...choice, service })}
          options={[
            { value: '', title: text.noService },
            ...(services ?? []).map(({ id, name }) => ({ value: id, title: `${name} (${id})` })),
          ]}
        />
      )}
    </>
  )
}
