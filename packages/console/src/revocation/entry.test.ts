import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Revocation } from '../api/revocation.ts'
import { hrefOf, targetText, toneOf, whatText, whoText, whyText } from './entry.ts'

const entry = (given: Partial<Revocation>): Revocation => ({
  position: 7,
  at: 1,
  kind: 'cutoff',
  target: { kind: 'user', id: 'usr_1' },
  mode: 'hard',
  expires_at: 2,
  live: true,
  operation: 'revoke',
  reason: null,
  actor: null,
  ...given,
})

test('what happened is said in words, what has none as the server names it, and what nobody did by its mode', () => {
  assert.equal(whatText(entry({ reason: 'laptop lost' })), 'revoked by an operator · laptop lost')
  assert.equal(whatText(entry({ operation: 'somethingNew' })), 'somethingNew')
  assert.equal(whatText(entry({ operation: null })), 'hard')
  assert.equal(whatText(entry({ kind: 'keyset', operation: 'rotateSigningKeys' })), 'the set of keys: signing keys rotated')
})

test('who did it is an id, or a word for whoever has none', () => {
  assert.equal(whoText(entry({ actor: { kind: 'user', id: 'usr_2', by: null } })), 'usr_2')
  assert.equal(whoText(entry({ actor: { kind: 'local', id: null, by: null } })), 'the administrator of the machine')
  assert.equal(whyText(entry({ actor: { kind: 'robot', id: null, by: null } })), 'revoked by an operator · robot')
})

test('a person leads to their page; who belongs to another issuer leads nowhere', () => {
  assert.equal(hrefOf({ kind: 'user', id: 'usr_1' }), '/console/users/usr_1')
  assert.equal(hrefOf({ kind: 'user', id: 'https://idp.example#1' }), undefined)
  assert.equal(hrefOf({ kind: 'everyone' }), undefined)
  assert.equal(targetText({ target: { kind: 'everyone' } }), 'everyone')
})

test('what many feel, and theft, is marked', () => {
  assert.equal(toneOf(entry({})), 'accent')
  assert.equal(toneOf(entry({ kind: 'keyset', target: { kind: 'issuer' } })), 'plain')
  assert.equal(toneOf(entry({ operation: 'endStolenSession' })), 'danger')
  assert.equal(toneOf(entry({ target: { kind: 'role', id: 'staff' } })), 'warning')
  assert.equal(toneOf(entry({ target: { kind: 'everyone' } })), 'danger')
})
