import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonText } from './json-export.ts'

test('JSON holds what the columns say: numbers as numbers, and nothing of a row that is not shown', () => {
  const columns = [
    { id: 'name', text: ({ name }: { name: string }) => name },
    { id: 'count', numeric: true, text: ({ count }: { count: number | null }) => (count === null ? '' : String(count)) },
  ]
  const rows = [
    { name: '=1', count: 2.5, secret: 'x' },
    { name: '7', count: null, secret: 'y' },
  ]
  assert.deepEqual(JSON.parse(jsonText(columns, rows)), [
    { name: '=1', count: 2.5 },
    { name: '7', count: '' },
  ])
})
