import type { AccessKey, IssuedAccessKey } from '../api/access-key.ts'
import { changed, given, joined, jsonOf, moment, whole, words } from '../caller-key/key-form.ts'
import type { KeyOwner } from '../caller-key/key-state.ts'
import { localOfIso } from '../kit/local-time.ts'

/** What stands in the form of an access key, as it is typed. */
export interface AccessKeyFields {
  readonly name: string
  readonly scope: string
  /** All that its owner has at the time, whatever stands in `roles`. */
  readonly hasAllRoles: boolean
  readonly roles: string
  readonly addresses: string
  readonly window: string
  readonly expires: string
  readonly rotateBy: string
  readonly rotateEvery: string
}

/** What is said of a new one only. */
export interface AccessKeyMaterial {
  /** A public key as a JWK; empty: the server makes a secret. */
  readonly publicKey: string
  readonly hawk: boolean
  readonly jwt: boolean
}

type Body = Readonly<Record<string, unknown>>

export const newAccessKeyFields: AccessKeyFields = {
  name: '',
  scope: '',
  hasAllRoles: true,
  roles: '',
  addresses: '',
  window: '',
  expires: '',
  rotateBy: '',
  rotateEvery: '',
}

export const noMaterial: AccessKeyMaterial = { publicKey: '', hawk: false, jwt: false }

export const accessKeyFieldsOf = (key: AccessKey): AccessKeyFields => ({
  name: key.name,
  scope: joined(key.scope),
  hasAllRoles: key.roles === null,
  roles: joined(key.roles ?? []),
  addresses: joined(key.addresses),
  window: String(key.window_seconds),
  expires: localOfIso(key.expires_at ?? undefined),
  rotateBy: localOfIso(key.rotate_by ?? undefined),
  rotateEvery: key.rotate_every_seconds === null ? '' : String(key.rotate_every_seconds),
})

const wholeBody = (fields: AccessKeyFields): Body => ({
  name: fields.name,
  scope: words(fields.scope),
  roles: fields.hasAllRoles ? undefined : words(fields.roles),
  addresses: words(fields.addresses),
  window_seconds: whole(fields.window),
  expires_at: moment(fields.expires),
  rotate_by: moment(fields.rotateBy),
  rotate_every_seconds: whole(fields.rotateEvery),
})

export function materialBody({ publicKey, hawk, jwt }: AccessKeyMaterial): Body {
  const derived = [...(hawk ? ['hawk'] : []), ...(jwt ? ['jwt'] : [])]
  const key = jsonOf(publicKey)
  return key === undefined ? given({ derived }) : { public_key: key }
}

export function newAccessKeyBody(fields: AccessKeyFields, material: AccessKeyMaterial, owner: KeyOwner): Body {
  const { roles, rotate_by: _later, ...body } = wholeBody(fields)
  // No roles is something else than not a word of them: then it has all of its owner's.
  return { ...given(body), ...(roles === undefined ? {} : { roles }), ...materialBody(material), [owner.kind]: owner.id }
}

/** Empty when nothing is otherwise than it was. */
export function accessKeyChange(before: AccessKeyFields, fields: AccessKeyFields): Body {
  const change = changed(wholeBody(before), wholeBody(fields))
  // Taken away, not left out.
  return Object.fromEntries(Object.entries(change).map(([name, value]) => [name, value ?? null]))
}

/** What is shown this once: the secret, and below it what was derived for clients that use something else. Nothing of a public key. */
export function secretText(
  { secret_access_key: secret, derived_keys: derived = {} }: Pick<IssuedAccessKey, 'secret_access_key' | 'derived_keys'>,
  titleOf: (form: string) => string,
): string | undefined {
  if (secret === undefined) return undefined
  return [secret, ...Object.entries(derived).map(([form, key]) => `${titleOf(form)}: ${key}`)].join('\n')
}
