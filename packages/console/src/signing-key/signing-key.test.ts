import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { SigningKey } from '../api/signing-key.ts'
import { previewText, purposesOf, revokeEffect, ringOrder, rotateEffect, stateName, stateTone } from './ring.ts'
import { countsText, movable, resealedText } from './secret-counts.ts'

const key = (kid: string, purpose: string, state: string, day: number): SigningKey => ({
  ...{ kid, purpose, state, algorithm: 'ES256', activated_at: null, verify_until: null },
  created_at: `2030-01-0${day}T00:00:00.000Z`,
})

const ring = [
  key('old', 'access-token', 'previous', 1),
  key('gone', 'access-token', 'revoked', 1),
  key('feeds', 'feed', 'current', 1),
  key('a-next-key-with-a-long-name', 'access-token', 'next', 3),
  key('older', 'access-token', 'previous', 2),
  key('signs', 'access-token', 'current', 2),
]

suite('the ring', () => {
  test('what signs stands first, and what is over last', () => {
    assert.deepEqual(
      ringOrder(ring).map(({ kid }) => kid),
      ['signs', 'a-next-key-with-a-long-name', 'older', 'old', 'gone', 'feeds'],
    )
    assert.deepEqual(purposesOf(ring), ['access-token', 'feed'])
  })

  test('a rotation says which key hands over to which, where both are known', () => {
    assert.match(rotateEffect(ring, 'access-token'), /a-next…name signs from now on.* signs goes on to verify/)
    assert.doesNotMatch(rotateEffect(ring, 'feed'), /feeds/)
  })

  test('what a revocation ends depends on what the key has signed', () => {
    assert.match(revokeEffect(key('k', 'access-token', 'current', 1)), /Every access token .* Sessions go on/)
    assert.match(revokeEffect(key('k', 'access-token', 'next', 1)), /nothing is refused/)
    assert.match(revokeEffect(key('k', 'feed', 'current', 1)), /No token is refused/)
    assert.match(revokeEffect(key('k', 'licences', 'current', 1)), /Everything that this key has signed/)
  })

  test('what the server has counted is said, and that it has stopped counting', () => {
    const counted = { sessions: 0, people: 0, sessions_renewed: null, access_tokens_until: 0, at_least: false }
    assert.equal(previewText(counted), 'Ends no session.')
    assert.equal(
      previewText({ ...counted, sessions: 3, people: 1, sessions_renewed: 2, at_least: true }),
      'Ends 3 sessions of 1 person. 2 sessions get new tokens. There may be more.',
    )
  })

  test('a state that is new is shown as the server says it', () => {
    assert.equal(stateName('resting'), 'resting')
    assert.equal(stateTone('resting'), 'plain')
  })
})

suite('the master secret', () => {
  test('what hangs on it is counted by kind, also by one that is new', () => {
    assert.equal(countsText({ signing_keys: 1, sessions: 1200, odd_things: 2 }), '1 signing key, 1,200 sessions, 2 odd things')
    assert.equal(countsText({}), '')
  })

  test('to be moved is what rests under another secret than the first', () => {
    const use = (sealed: Record<string, number>): { id: string; sealed: Record<string, number>; made: {}; may_go: boolean } => ({
      ...{ id: 'x', sealed, made: {}, may_go: false },
    })
    const secrets = [use({ signing_keys: 4 }), use({ signing_keys: 1, streams: 2 }), use({ streams: 1 })]
    assert.deepEqual(movable({ secrets, lost: {} }), { signing_keys: 1, streams: 3 })
  })

  test('what was moved is told, and what could not be', () => {
    assert.equal(resealedText({ streams: { resealed: 0, lost: 0 } }), 'Nothing had to be moved.')
    assert.equal(
      resealedText({ streams: { resealed: 1, lost: 0 }, api_keys: { resealed: 0, lost: 2 } }),
      'Moved under the first secret: 1 stream of security events. No secret of the list opens 2 API keys.',
    )
  })
})
