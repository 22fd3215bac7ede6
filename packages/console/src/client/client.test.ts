import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../api/client.ts'
import type { ClientInvitation } from '../api/client-invitation.ts'
import { deliveryState, grantNames, invitationState, kindName, outcomeText, proofText, stateOf } from './client.ts'

test('of several things that can be said of a client the one that matters most is', () => {
  assert.equal(stateOf({ disabled_at: null, verified: true }), 'active')
  assert.equal(stateOf({ disabled_at: null, verified: false }), 'unverified')
  assert.equal(stateOf({ disabled_at: '2030-01-31T12:00:00.000Z', verified: false }), 'disabled')
})

test('an invitation is open until it ends, or the last one has used it', () => {
  const now = Date.parse('2030-01-31T12:00:00Z')
  const invitation = { uses_left: 1, expires_at: '2030-01-31T12:00:00.001Z' } as ClientInvitation // all that is looked at
  assert.equal(invitationState(invitation, now), 'open')
  assert.equal(invitationState({ ...invitation, uses_left: 0 }, now), 'used')
  assert.equal(invitationState({ ...invitation, uses_left: 0 }, now + 1), 'expired')
})

test('what this console does not know is shown as the server names it', () => {
  assert.equal(kindName('headless'), 'headless')
  assert.equal(grantNames(['authorization_code', 'urn:example:new']), 'Sign-in of people, urn:example:new')
  assert.equal(deliveryState('postponed'), 'postponed')
  assert.equal(outcomeText({ outcome: '503' }), '503')
  assert.equal(outcomeText({ outcome: null }), 'None yet')
})

test('who is known by a name in a certificate is shown with that name', () => {
  const named = { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: 'till.example.com' } as Client // all that is looked at
  assert.equal(proofText(named), 'A certificate with the name till.example.com')
  assert.equal(
    proofText({ ...named, tls_client_auth_san_dns: undefined, token_endpoint_auth_method: 'other' } as unknown as Client),
    'other',
  )
})
