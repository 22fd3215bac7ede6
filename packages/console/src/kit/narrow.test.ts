import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Column, Filter } from './column.ts'
import { isNarrowed, narrowed } from './narrow.ts'
import type { TableState } from './table-address.ts'

interface Row {
  readonly name: string
  readonly place: string
  readonly made: number
}

const rows: readonly Row[] = [
  { name: 'José', place: 'Porto', made: 9 },
  { name: 'Mira', place: 'Rotterdam', made: 10 },
  { name: 'Josephine', place: 'Rotterdam', made: 8 },
]

const columns: readonly Column<Row>[] = [
  { id: 'name', title: 'Name', cell: ({ name }) => name, text: ({ name }) => name },
  { id: 'place', title: 'Place', cell: ({ place }) => place, text: ({ place }) => place },
  { id: 'made', title: 'Made', cell: ({ made }) => made, text: ({ made }) => String(made), order: ({ made }) => made },
]

const place: Filter<Row> = { id: 'place', title: 'Place', options: [], matches: (row, value) => row.place === value }
const state = (asked: Partial<TableState>): TableState => ({ search: '', filter: {}, sort: undefined, ...asked })
const names = (asked: Partial<TableState>, server = {}, filters: readonly Filter<Row>[] = [place]): readonly string[] =>
  narrowed(rows, { columns, filters, server }, state(asked)).map(({ name }) => name)

suite('the rows that are shown', () => {
  test('have all words of the search somewhere, whatever their case and marks', () => {
    assert.deepEqual(names({ search: 'jose' }), ['José', 'Josephine'])
    assert.deepEqual(names({ search: 'ROTTER jos' }), ['Josephine'])
    assert.deepEqual(names({ search: '  ' }), ['José', 'Mira', 'Josephine'])
    assert.deepEqual(names({ search: 'nobody' }), [])
  })

  test('fit the filters that the table has', () => {
    assert.deepEqual(names({ filter: { place: 'Rotterdam' } }), ['Mira', 'Josephine'])
    assert.deepEqual(names({ filter: { place: 'Rotterdam' }, search: 'mira' }), ['Mira'])
    assert.deepEqual(names({ filter: { colour: 'red' } }), ['José', 'Mira', 'Josephine'])
  })

  test('are not narrowed again by what the server does', () => {
    assert.deepEqual(names({ search: 'usr_1' }, { search: true }), ['José', 'Mira', 'Josephine'])
    assert.deepEqual(names({ filter: { place: 'x' } }, { filters: ['place'] }), ['José', 'Mira', 'Josephine'])
    assert.deepEqual(names({ filter: { place: 'x' } }, {}, [{ id: 'place', title: 'Place', options: [] }]), ['José', 'Mira', 'Josephine'])
  })

  test('come in the order that is asked for: by what a column is ordered by, or else its text', () => {
    assert.deepEqual(names({ sort: 'made' }), ['Josephine', 'José', 'Mira'])
    assert.deepEqual(names({ sort: '-name' }), ['Mira', 'Josephine', 'José'])
    assert.deepEqual(names({ sort: 'unknown' }), ['José', 'Mira', 'Josephine'])
  })

  test('an order leaves nothing out; search and filters may', () => {
    assert.equal(isNarrowed(state({ sort: 'name' })), false)
    assert.equal(isNarrowed(state({ search: 'a' })), true)
    assert.equal(isNarrowed(state({ filter: { place: 'x' } })), true)
  })
})
