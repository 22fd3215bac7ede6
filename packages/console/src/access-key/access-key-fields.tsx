import type { JSX } from 'react'
import { CheckField, TextField } from '../kit/index.ts'
import { accessKeyText } from '../message/en/access-key.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import type { AccessKeyFields as Fields, AccessKeyMaterial } from './access-key-form.ts'

const common = callerKeyText.field
const own = accessKeyText.field

interface AccessKeyFieldsProps {
  readonly fields: Fields
  readonly onChange: (fields: Fields) => void
  /** Of a new key, nothing is something else than of one that is changed. */
  readonly isNew: boolean
}

/** What may be said of a key when it is made, and changed later. */
export function AccessKeyFields({ fields, onChange, isNew }: AccessKeyFieldsProps): JSX.Element {
  const bound = (name: Exclude<keyof Fields, 'hasAllRoles'>) => ({
    value: fields[name],
    onChange: (value: string) => onChange({ ...fields, [name]: value }),
  })
  return (
    <>
      <TextField label={common.name} name="name" hint={common.nameHint} required {...bound('name')} />
      <TextField label={common.scope} name="scope" hint={isNew ? common.scopeHint : common.scopeHintChange} {...bound('scope')} />
      <CheckField
        label={own.allRoles}
        name="all_roles"
        checked={fields.hasAllRoles}
        onChange={(hasAllRoles) => onChange({ ...fields, hasAllRoles })}
      />
      {!fields.hasAllRoles && <TextField label={common.roles} name="roles" hint={own.rolesHint} {...bound('roles')} />}
      <TextField label={common.addresses} name="addresses" hint={common.addressesHint} {...bound('addresses')} />
      <TextField
        label={own.window}
        name="window_seconds"
        hint={isNew ? own.windowHint : own.windowHintChange}
        inputMode="numeric"
        {...bound('window')}
      />
      <TextField label={common.expires} name="expires_at" hint={common.expiresHint} type="datetime-local" {...bound('expires')} />
      {!isNew && <TextField label={own.rotateBy} name="rotate_by" hint={own.rotateByHint} type="datetime-local" {...bound('rotateBy')} />}
      <TextField
        label={own.rotateEvery}
        name="rotate_every_seconds"
        hint={own.rotateEveryHint}
        inputMode="numeric"
        {...bound('rotateEvery')}
      />
    </>
  )
}

interface MaterialFieldsProps {
  readonly material: AccessKeyMaterial
  readonly onChange: (material: AccessKeyMaterial) => void
  /** Of a key that is replaced: as it is one with a public key or one with a secret, its successor is too. */
  readonly kind?: string
}

/** With what the holder of the key signs. */
export function MaterialFields({ material, onChange, kind }: MaterialFieldsProps): JSX.Element {
  const hint = kind === 'public' ? own.publicKeyHintRotate : own.publicKeyHint
  return (
    <>
      {(kind === undefined || kind === 'public') && (
        <TextField
          label={own.publicKey}
          name="public_key"
          hint={hint}
          multiline
          value={material.publicKey}
          onChange={(publicKey) => onChange({ ...material, publicKey })}
        />
      )}
      {kind !== 'public' && material.publicKey.trim() === '' && (
        <>
          <CheckField label={own.hawk} name="hawk" checked={material.hawk} onChange={(hawk) => onChange({ ...material, hawk })} />
          <CheckField label={own.jwt} name="jwt" checked={material.jwt} onChange={(jwt) => onChange({ ...material, jwt })} />
        </>
      )}
    </>
  )
}
