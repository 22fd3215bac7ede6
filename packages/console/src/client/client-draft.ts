import type { Client } from '../api/client.ts'
import { given, jsonOf, joined, words } from '../caller-key/key-form.ts'
import { isSameList, mergedList } from '../kit/list-change.ts'
import { CODE, isForPeople } from './client.ts'

/** A client as somebody writes it down. Of one that is there, `preset` and how it proves itself stay. */
export interface ClientDraft {
  readonly preset: string
  readonly name: string
  readonly grants: readonly string[]
  readonly redirects: string
  readonly scopes: string
  /** As `token_endpoint_auth_method` names it. */
  readonly proof: string
  /** Under which name in its certificate it is known, and that name. */
  readonly property: string
  readonly propertyValue: string
  readonly jwks: string
  readonly dpop: boolean
  readonly certificateBound: boolean
  readonly push: boolean
  readonly signed: boolean
  readonly afterLogout: string
  readonly logoutUri: string
  readonly logoutSession: boolean
  readonly home: string
  readonly policy: string
  readonly terms: string
  readonly logo: string
  readonly contacts: string
}

type Body = Readonly<Record<string, unknown>>

interface Preset {
  readonly kind: string
  readonly grants: readonly string[]
}

const REFRESH = 'refresh_token'
const signsPeopleIn = [CODE, REFRESH]
const plain: Preset = { kind: 'confidential', grants: signsPeopleIn }

const presets: Readonly<Record<string, Preset>> = {
  confidential: plain,
  public: { kind: 'public', grants: signsPeopleIn },
  native: { kind: 'native', grants: signsPeopleIn },
  machine: { kind: 'confidential', grants: ['client_credentials'] },
  device: { kind: 'native', grants: ['urn:ietf:params:oauth:grant-type:device_code', REFRESH] },
}

export const kindOf = ({ preset }: ClientDraft): string => (presets[preset] ?? plain).kind

export const emptyDraft: ClientDraft = Object.freeze({
  preset: 'confidential',
  name: '',
  grants: signsPeopleIn,
  redirects: '',
  scopes: '',
  proof: 'client_secret_basic',
  property: 'tls_client_auth_san_dns',
  propertyValue: '',
  jwks: '',
  dpop: false,
  certificateBound: false,
  push: false,
  signed: false,
  afterLogout: '',
  logoutUri: '',
  logoutSession: false,
  home: '',
  policy: '',
  terms: '',
  logo: '',
  contacts: '',
})

/** What was typed stays; how it gets tokens and proves itself is what the preset is for. */
export const withPreset = (draft: ClientDraft, preset: string): ClientDraft => ({
  ...draft,
  preset,
  grants: (presets[preset] ?? plain).grants,
  proof: emptyDraft.proof,
  certificateBound: false,
  signed: false,
})

export const isByCertificate = (proof: string): boolean => proof.endsWith('tls_client_auth')
/** Whose public keys stand in its registration. */
export const hasKeys = (proof: string): boolean => proof === 'private_key_jwt' || proof === 'self_signed_tls_client_auth'

/** Tokens of who proves itself by a certificate are bound to it, unless they are bound to a key. */
export const withProof = (draft: ClientDraft, proof: string): ClientDraft => ({
  ...draft,
  proof,
  certificateBound: isByCertificate(proof) && !draft.dpop,
  signed: draft.signed && hasKeys(proof),
})

export const draftOf = (client: Client): ClientDraft => ({
  ...emptyDraft,
  preset: client.kind,
  name: client.name,
  grants: client.grant_types,
  redirects: client.redirect_uris.join('\n'),
  scopes: joined(client.scopes),
  proof: client.token_endpoint_auth_method,
  dpop: client.requires_dpop,
  certificateBound: client.tls_client_certificate_bound_access_tokens,
  push: client.requires_pushed_requests,
  signed: client.requires_signed_requests,
  afterLogout: client.post_logout_redirect_uris.join('\n'),
  logoutUri: client.backchannel_logout_uri ?? '',
  logoutSession: client.backchannel_logout_session_required,
  home: client.client_uri ?? '',
  policy: client.policy_uri ?? '',
  terms: client.tos_uri ?? '',
  logo: client.logo_uri ?? '',
  contacts: joined(client.contacts),
})

/** One a line; a comma may be a part of one. */
const addresses = (text: string): readonly string[] => [...new Set(text.split(/\s+/).filter((each) => each !== ''))]

/** @returns undefined for nothing. */
const address = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim())

/** A set of keys, also of whoever gives one key or a list; anything else as it was typed, which the server refuses at its field. */
export function keySetOf(text: string): unknown {
  const value = jsonOf(text) ?? []
  if (Array.isArray(value)) return { keys: value }
  return typeof value === 'object' && value !== null && 'kty' in value ? { keys: [value] } : value
}

/** What can be changed of a client, all of it. What it has no use for is empty. */
function settingsOf(draft: ClientDraft): Readonly<Record<string, string | boolean | readonly string[] | undefined>> {
  const { grants } = draft
  const isForThem = isForPeople(grants)
  return {
    name: draft.name.trim(),
    grant_types: grants,
    redirect_uris: grants.includes(CODE) ? addresses(draft.redirects) : [],
    scopes: words(draft.scopes),
    requires_dpop: draft.dpop,
    tls_client_certificate_bound_access_tokens: draft.certificateBound,
    requires_pushed_requests: draft.push,
    requires_signed_requests: draft.signed,
    post_logout_redirect_uris: isForThem ? addresses(draft.afterLogout) : [],
    backchannel_logout_uri: isForThem ? address(draft.logoutUri) : undefined,
    backchannel_logout_session_required: isForThem && draft.logoutSession,
    client_uri: address(draft.home),
    policy_uri: address(draft.policy),
    tos_uri: address(draft.terms),
    logo_uri: address(draft.logo),
    contacts: words(draft.contacts),
  }
}

export function newClientBody(draft: ClientDraft): Body {
  const kind = kindOf(draft)
  const { grant_types, tls_client_certificate_bound_access_tokens: isBound, ...rest } = settingsOf(draft)
  const asked = Object.fromEntries(Object.entries(given(rest)).filter(([, value]) => value !== false))
  // Also where it is none, and where nothing was chosen: the server says what it thinks of that.
  const bound = isBound === true || isByCertificate(draft.proof) ? { tls_client_certificate_bound_access_tokens: isBound } : {}
  return { ...asked, kind, grant_types, ...bound, ...(kind === 'confidential' ? proofOf(draft) : {}) }
}

function proofOf({ proof, property, propertyValue, jwks }: ClientDraft): Body {
  return {
    ...(isByCertificate(proof) ? { token_endpoint_auth_method: proof } : {}),
    ...(proof === 'tls_client_auth' ? { [property]: propertyValue.trim() } : {}),
    ...(hasKeys(proof) ? { jwks: keySetOf(jwks) } : {}),
  }
}

/**
 * What the server is to be asked for when a form that was opened on `shown` is sent, and the client is `current` by then. Of lists what was added
 * and taken away is laid on what is there; so what somebody else has changed meanwhile stays. Empty when nothing is to be changed.
 */
export function clientChange(shown: Client, draft: ClientDraft, current: Client): Body {
  const before = settingsOf(draftOf(shown))
  const now = settingsOf(draftOf(current))
  const change = Object.entries(settingsOf(draft)).flatMap(([member, wanted]) => {
    const value = merged(before[member], wanted, now[member])
    return isSame(value, now[member]) ? [] : [[member, value ?? null] as const]
  })
  return { ...Object.fromEntries(change), ...(draft.jwks.trim() === '' ? {} : { jwks: keySetOf(draft.jwks) }) }
}

type Setting = string | boolean | readonly string[] | undefined

function merged(before: Setting, wanted: Setting, now: Setting): Setting {
  if (isSame(before, wanted)) return now
  if (!isList(before) || !isList(wanted) || !isList(now)) return wanted
  return mergedList(before, wanted, now)
}

const isList = (setting: Setting): setting is readonly string[] => Array.isArray(setting)

const isSame = (one: Setting, other: Setting): boolean => (isList(one) && isList(other) ? isSameList(one, other) : one === other)
