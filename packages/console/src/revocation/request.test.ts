import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Draft, emailOf, emptyDraft, isNamed, requestOf } from './request.ts'

const draft = (given: Partial<Draft>): Draft => ({ ...emptyDraft, ...given })

test('a mode is said only of what sessions stand behind', () => {
  assert.deepEqual(requestOf(draft({ kind: 'session', id: ' ses_1 ', mode: 'soft' })), {
    target: { kind: 'session', id: 'ses_1' },
    mode: 'soft',
  })
  assert.deepEqual(requestOf(draft({ kind: 'role', id: 'staff', mode: 'hard' })), { target: { kind: 'role', id: 'staff' } })
})

test('everybody has no id, whatever was typed before; this server itself has none either', () => {
  assert.deepEqual(requestOf(draft({ kind: 'everyone', id: 'usr_1', reason: ' leak ' })), {
    target: { kind: 'everyone' },
    mode: 'hard',
    reason: 'leak',
  })
  assert.deepEqual(requestOf(draft({ kind: 'issuer' })), { target: { kind: 'issuer' } })
  assert.deepEqual(
    [isNamed(draft({ kind: 'issuer' })), isNamed(draft({ kind: 'everyone' })), isNamed(draft({ id: ' ' }))],
    [true, true, false],
  )
})

test('an address stands for a person; a person of another issuer is named by that issuer', () => {
  assert.equal(emailOf(draft({ id: ' mira@example.com ' })), 'mira@example.com')
  assert.equal(emailOf(draft({ id: 'https://idp.example#mira@example.com' })), undefined)
  assert.equal(emailOf(draft({ kind: 'group', id: 'a@b' })), undefined)
})
