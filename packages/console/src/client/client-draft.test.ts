import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../api/client.ts'
import { clientChange, draftOf, emptyDraft, keySetOf, newClientBody, withPreset, withProof } from './client-draft.ts'
import { emptyInvitation, invitationBody } from './invitation-draft.ts'

const CALLBACK = 'https://orders.example/callback'

const client: Client = {
  id: 'cli_1',
  name: 'Orders',
  kind: 'confidential',
  redirect_uris: [CALLBACK],
  post_logout_redirect_uris: [],
  grant_types: ['authorization_code', 'refresh_token'],
  scopes: ['orders:read'],
  requires_dpop: false,
  requires_pushed_requests: false,
  requires_signed_requests: false,
  token_endpoint_auth_method: 'client_secret_basic',
  tls_client_certificate_bound_access_tokens: false,
  client_uri: null,
  logo_uri: null,
  policy_uri: null,
  tos_uri: null,
  contacts: [],
  invitation: null,
  verified: true,
  backchannel_logout_uri: null,
  backchannel_logout_session_required: false,
  has_keys: false,
  disabled_at: null,
  created_at: '2030-01-31T12:00:00.000Z',
}

const base = { name: 'Orders', kind: 'confidential', redirect_uris: [CALLBACK], scopes: ['orders:read'] }
const typed = { ...emptyDraft, name: ' Orders ', redirects: `${CALLBACK}\n`, scopes: 'orders:read' }

test('each preset is a kind with its grants, and what was left empty is not spoken of', () => {
  const signIn = ['authorization_code', 'refresh_token']
  assert.deepEqual(newClientBody(typed), { ...base, grant_types: signIn })
  assert.deepEqual(newClientBody(withPreset(typed, 'public')), { ...base, kind: 'public', grant_types: signIn })
  assert.deepEqual(newClientBody(withPreset(typed, 'native')), { ...base, kind: 'native', grant_types: signIn })
  const machine = { ...withPreset(typed, 'machine'), afterLogout: CALLBACK, logoutUri: CALLBACK, logoutSession: true }
  const alone = { name: 'Orders', kind: 'confidential', scopes: ['orders:read'] }
  assert.deepEqual(newClientBody(machine), { ...alone, grant_types: ['client_credentials'] }, 'nobody signs in to it, or out')
  const device = { ...alone, kind: 'native', grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] }
  assert.deepEqual(newClientBody(withPreset(typed, 'device')), device)
})

test('how it proves itself is sent with what that takes; where nothing was given the server refuses it, and makes no secret instead', () => {
  const key = { kty: 'OKP', crv: 'Ed25519', x: 'abc' }
  const body = (change: Partial<typeof emptyDraft>, proof: string) => newClientBody({ ...withProof(typed, proof), ...change })
  assert.deepEqual(body({ jwks: JSON.stringify(key) }, 'private_key_jwt')['jwks'], { keys: [key] })
  assert.deepEqual(body({}, 'private_key_jwt')['jwks'], { keys: [] })
  const named = body({ propertyValue: 'nightly.example.com' }, 'tls_client_auth')
  assert.equal(named['token_endpoint_auth_method'], 'tls_client_auth')
  assert.equal(named['tls_client_auth_san_dns'], 'nightly.example.com')
  assert.equal(named['tls_client_certificate_bound_access_tokens'], true)
  assert.equal(body({}, 'tls_client_auth')['tls_client_auth_san_dns'], '')
  const unbound = body({ certificateBound: false }, 'self_signed_tls_client_auth')
  assert.equal(unbound['tls_client_certificate_bound_access_tokens'], false, 'it is said, where the server would have it otherwise')
  assert.equal('jwks' in newClientBody(withPreset(withProof(typed, 'private_key_jwt'), 'public')), false)
})

test('keys are one, a list, or a set; anything else goes to the server as it is', () => {
  assert.deepEqual(keySetOf('{"keys":[{"kty":"EC"}]}'), { keys: [{ kty: 'EC' }] })
  assert.deepEqual(keySetOf('[{"kty":"EC"}]'), { keys: [{ kty: 'EC' }] })
  assert.equal(keySetOf('-----BEGIN PUBLIC KEY-----'), '-----BEGIN PUBLIC KEY-----')
})

test('of a change only what is otherwise is sent, laid on what is there by then', () => {
  const draft = draftOf(client)
  assert.deepEqual(clientChange(client, draft, client), {})
  const meanwhile = { ...client, name: 'Orders of Harbour', scopes: ['orders:read', 'stock:read'] }
  assert.deepEqual(clientChange(client, draft, meanwhile), {}, 'what somebody else has changed stays')
  assert.deepEqual(clientChange(client, { ...draft, scopes: 'orders:write' }, meanwhile), { scopes: ['stock:read', 'orders:write'] })
  assert.deepEqual(clientChange(client, { ...draft, dpop: true, home: ' https://orders.example/ ' }, client), {
    requires_dpop: true,
    client_uri: 'https://orders.example/',
  })
})

test('what was emptied is taken away, and keys only go where some were pasted', () => {
  const told = { ...client, backchannel_logout_uri: 'https://orders.example/logout', policy_uri: 'https://orders.example/policy' }
  const draft = { ...draftOf(told), logoutUri: ' ', policy: '' }
  assert.deepEqual(clientChange(told, draft, told), { backchannel_logout_uri: null, policy_uri: null })
  const machine = { ...draftOf(told), grants: ['client_credentials'] }
  assert.deepEqual(clientChange(told, machine, told), {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    backchannel_logout_uri: null,
  })
  assert.deepEqual(clientChange(client, { ...draftOf(client), jwks: '{"keys":[]}' }, client), { jwks: { keys: [] } })
})

test('an invitation says its limits, also where none is ticked', () => {
  const { kinds, grants } = emptyInvitation
  assert.deepEqual(invitationBody(emptyInvitation), { uses: 1, kinds, grant_types: grants })
  const none = invitationBody({ ...emptyInvitation, uses: 'many', kinds: [], scopes: 'orders:read' })
  assert.deepEqual(none, { uses: 'many', kinds: [], grant_types: grants, scopes: ['orders:read'] })
})
