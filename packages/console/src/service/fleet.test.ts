import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verifier } from '../api/verifier.ts'
import { fleetOf, ofService, verifierName } from './fleet.ts'

const verifier = (instance: string, state: string, behind = 0): Verifier => ({
  service: { id: 'svc_1', name: 'orders' },
  instance,
  name: null,
  state,
  position: 100 - behind,
  behind,
  age_ms: 400,
  reported_at: '2030-01-31T12:00:00.000Z',
  feed: 'sse',
})

test('a fleet is counted, and whoever is worst stands first', () => {
  const fleet = fleetOf([verifier('a', 'fresh'), verifier('b', 'grace', 3), verifier('c', 'silent', 90), verifier('d', 'stale', 7)])
  assert.deepEqual([fleet.count, fleet.fresh], [4, 1])
  assert.deepEqual(
    fleet.troubled.map(({ instance }) => instance),
    ['d', 'c', 'b'],
  )
  assert.equal(fleet.furthest?.instance, 'd', 'what is silent is not behind by what it said last')
})

test('of none, and of states that are not known, nothing is made up', () => {
  assert.deepEqual(fleetOf([]), { count: 0, fresh: 0, troubled: [], furthest: undefined })
  const fleet = fleetOf([verifier('a', 'dreaming')])
  assert.deepEqual([fleet.fresh, fleet.troubled.length], [0, 1])
})

test('a verifier is known by its name, or by its service and what it drew', () => {
  assert.equal(verifierName({ ...verifier('a', 'fresh'), name: 'orders-7' }), 'orders-7')
  assert.equal(verifierName(verifier('a', 'fresh')), 'orders a')
  assert.equal(ofService(undefined, 'svc_1'), undefined)
  assert.deepEqual(ofService([verifier('a', 'fresh')], 'svc_2'), [])
})
