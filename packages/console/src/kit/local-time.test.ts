import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isoOfLocal, localOfIso } from './local-time.ts'

test('what a field holds is the same moment as what the API is told', () => {
  for (const local of ['2030-01-31T12:00', '2030-07-31T23:59', '2028-02-29T00:00']) {
    const iso = isoOfLocal(local)
    assert.equal(Date.parse(iso ?? ''), Date.parse(local))
    assert.equal(localOfIso(iso), local)
  }
})

test('what is no time is none', () => {
  for (const text of ['', 'soon', '2030-13-45T99:99', '2030']) assert.equal(isoOfLocal(text), undefined)
  for (const text of [undefined, '', 'soon']) assert.equal(localOfIso(text), '')
})
