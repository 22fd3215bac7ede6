import type { ApiKey } from '../api/api-key.ts'
import { changed, given, joined, joinedPhrases, moment, phrases, rate, words } from '../caller-key/key-form.ts'
import type { KeyOwner } from '../caller-key/key-state.ts'
import { localOfIso } from '../kit/local-time.ts'

/** What stands in the form of an API key, as it is typed. */
export interface ApiKeyFields {
  readonly name: string
  readonly scope: string
  readonly roles: string
  readonly addresses: string
  /** `100/60`: so many requests in so many seconds. */
  readonly rate: string
  readonly tags: string
  readonly expires: string
}

type Body = Readonly<Record<string, unknown>>

export const newApiKeyFields: ApiKeyFields = {
  name: '',
  scope: '',
  roles: '',
  addresses: '',
  rate: '',
  tags: '',
  expires: '',
}

export const apiKeyFieldsOf = (key: ApiKey): ApiKeyFields => ({
  name: key.name,
  scope: joined(key.scope),
  roles: joined(key.roles),
  addresses: joined(key.addresses),
  rate: key.rate_limit === null ? '' : `${key.rate_limit.requests}/${key.rate_limit.seconds}`,
  tags: joinedPhrases(key.tags),
  expires: localOfIso(key.expires_at ?? undefined),
})

const wholeBody = (fields: ApiKeyFields): Body => ({
  name: fields.name,
  scope: words(fields.scope),
  roles: words(fields.roles),
  addresses: words(fields.addresses),
  rate_limit: rate(fields.rate),
  tags: phrases(fields.tags),
  expires_at: moment(fields.expires),
})

export const newApiKeyBody = (fields: ApiKeyFields, environment: string, owner: KeyOwner): Body => ({
  ...given(wholeBody(fields)),
  environment,
  [owner.kind]: owner.id,
})

/** Empty when nothing is otherwise than it was. */
export function apiKeyChange(before: ApiKeyFields, fields: ApiKeyFields): Body {
  const change = changed(wholeBody(before), wholeBody(fields))
  // Taken away, not left out.
  return Object.fromEntries(Object.entries(change).map(([name, value]) => [name, value ?? null]))
}
