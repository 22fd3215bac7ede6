import type { JSX } from 'react'
import { TextField } from '../kit/index.ts'
import { apiKeyText } from '../message/en/api-key.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import type { ApiKeyFields as Fields } from './api-key-form.ts'

const common = callerKeyText.field
const own = apiKeyText.field

interface ApiKeyFieldsProps {
  readonly fields: Fields
  readonly onChange: (fields: Fields) => void
  /** Of a new key, nothing is something else than of one that is changed. */
  readonly isNew: boolean
}

/** What may be said of a key when it is made, and changed later. */
export function ApiKeyFields({ fields, onChange, isNew }: ApiKeyFieldsProps): JSX.Element {
  const bound = (name: keyof Fields) => ({ value: fields[name], onChange: (value: string) => onChange({ ...fields, [name]: value }) })
  return (
    <>
      <TextField label={common.name} name="name" hint={common.nameHint} required {...bound('name')} />
      <TextField label={common.scope} name="scope" hint={isNew ? common.scopeHint : common.scopeHintChange} {...bound('scope')} />
      <TextField label={common.roles} name="roles" hint={own.rolesHint} {...bound('roles')} />
      <TextField label={common.addresses} name="addresses" hint={common.addressesHint} {...bound('addresses')} />
      <TextField label={own.rate} name="rate_limit" hint={own.rateHint} {...bound('rate')} />
      <TextField label={own.tags} name="tags" hint={own.tagsHint} {...bound('tags')} />
      <TextField label={common.expires} name="expires_at" hint={common.expiresHint} type="datetime-local" {...bound('expires')} />
    </>
  )
}
