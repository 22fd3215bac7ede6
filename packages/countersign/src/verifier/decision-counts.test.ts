import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../core/index.ts'
import { DecisionCounts } from './decision-counts.ts'

test('[J04] decisions are counted by outcome and by what was known of the log then', async () => {
  const counts = new DecisionCounts('stale')
  counts.refuse(new AuthError('revocation_unknown'))
  counts.enter('fresh')
  counts.accept(3)
  assert.equal(await counts.settle(Promise.resolve('somebody')), 'somebody')
  await assert.rejects(counts.settle(Promise.reject(new AuthError('token_revoked'))), /token_revoked/)
  counts.enter('grace')
  counts.refuse(new TypeError('a mistake'))
  counts.refuse(new TypeError('again'))
  const found = counts.list().filter(({ count }) => count > 0)
  assert.deepEqual(
    found.map(({ outcome, freshness, count }) => [outcome, freshness, count]),
    [
      ['accepted', 'fresh', 4],
      ['token_revoked', 'fresh', 1],
      ['internal', 'grace', 2],
      ['revocation_unknown', 'stale', 1],
    ],
  )
})
