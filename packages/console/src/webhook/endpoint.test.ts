import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { WebhookEndpoint } from '../api/webhook.ts'
import { changeOf, draftOf, emptyDraft, newEndpointOf } from './endpoint-draft.ts'
import { readable, reasonOf, testSentence, toneOf } from './endpoint.ts'
import { eventGroups, offeredTypes, withEvent } from './event-choice.ts'

const endpoint: WebhookEndpoint = {
  id: 'whe_1',
  url: 'https://partner.example/hooks',
  events: ['user.created', 'session.ended'],
  description: null,
  signature: 'v1',
  secrets: 1,
  status: 'enabled',
  reason: null,
  failing_since: null,
  created_at: '2030-01-31T12:00:00.000Z',
}

suite('an endpoint as it is written down', () => {
  test('what was not touched is not sent, so that a change of somebody else stays', () => {
    assert.deepEqual(changeOf(endpoint, draftOf(endpoint)), {})
    assert.deepEqual(changeOf(endpoint, { ...draftOf(endpoint), events: ['session.ended', 'user.created'] }), {}, 'in another order')
    assert.deepEqual(changeOf(endpoint, { ...draftOf(endpoint), description: ' for partners ' }), { description: 'for partners' })
    assert.deepEqual(changeOf(endpoint, { ...draftOf(endpoint), isAll: true }), { events: null })
  })

  test('a new one is asked for with what was said, and with no events it is the server who says that there have to be some', () => {
    assert.deepEqual(newEndpointOf({ ...emptyDraft, url: ' https://a.example ' }), { url: 'https://a.example', signature: 'v1' })
    assert.deepEqual(newEndpointOf({ ...emptyDraft, url: 'https://a.example', isAll: false }).events, [])
  })

  test('types stand together by what they are about, and one that the server names no more can be taken away', () => {
    const known = ['user.created', 'session.ended', 'user.updated'].map((name) => ({ name, summary: '' }))
    const groups = eventGroups(offeredTypes(known, ['user.created', 'once.told']))
    assert.deepEqual(
      groups.map(({ name, types }) => [name, types.map((each) => each.name)]),
      [
        ['user', ['user.created', 'user.updated']],
        ['session', ['session.ended']],
        ['once', ['once.told']],
      ],
    )
    assert.deepEqual(withEvent(['a', 'b'], 'a', false), ['b'])
    assert.deepEqual(withEvent(['a', 'b'], 'b', true), ['a', 'b'])
  })
})

suite('an endpoint as it is shown', () => {
  test('one that is enabled and fails is not shown as well', () => {
    assert.equal(toneOf(endpoint), 'live')
    assert.equal(toneOf({ ...endpoint, failing_since: endpoint.created_at }), 'warning')
    assert.equal(toneOf({ ...endpoint, status: 'disabled' }), 'danger')
    assert.equal(toneOf({ ...endpoint, status: 'asleep' }), 'plain')
  })

  test('a test says its status, or why there was none, also when the server gives a reason that is new', () => {
    assert.equal(testSentence({ delivered: true, status: 204, problem: null }), 'The answer was 204.')
    assert.match(testSentence({ delivered: false, status: null, problem: 'timeout' }), /ten seconds/)
    assert.match(testSentence({ delivered: false, status: null, problem: 'sun_spots' }), /sun_spots/)
    assert.match(reasonOf({ ...endpoint, reason: 'gone' }), /410/)
    assert.equal(reasonOf({ ...endpoint, reason: 'bored' }), 'bored')
  })

  test('a payload is laid out to be read, and shown as it is when it is no JSON', () => {
    assert.equal(readable('{"a":1}'), '{\n  "a": 1\n}')
    assert.equal(readable('<x>'), '<x>')
  })
})
