import type { Column, Filter, ServerSide } from './column.ts'
import { ordered, orderOf } from './order.ts'
import type { TableState } from './table-address.ts'

interface Shape<Row> {
  readonly columns: readonly Column<Row>[]
  readonly filters: readonly Filter<Row>[]
  readonly server: ServerSide
}

/** The rows that are shown, in their order. What the server does is not done again. */
export function narrowed<Row>(rows: readonly Row[], { columns, filters, server }: Shape<Row>, state: TableState): readonly Row[] {
  const words = server.search === true ? [] : plain(state.search).split(/\s+/).filter(Boolean)
  const active = filters.filter(
    ({ id, matches }) => matches !== undefined && state.filter[id] !== undefined && !server.filters?.includes(id),
  )
  const found = rows.filter(
    (row) =>
      active.every(({ id, matches }) => matches?.(row, state.filter[id] ?? '')) && (words.length === 0 || hasAll(row, columns, words)),
  )
  const order = orderOf(state.sort)
  const column = columns.find(({ id }) => id === order?.column)
  return order === undefined || column === undefined ? found : ordered(found, column.order ?? column.text, order.isDescending)
}

function hasAll<Row>(row: Row, columns: readonly Column<Row>[], words: readonly string[]): boolean {
  const text = plain(columns.map((column) => column.text(row)).join('\n'))
  return words.every((word) => text.includes(word))
}

/** Small letters without marks: whoever searches for "jose" finds "José". */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** Whether anything is asked for that may leave rows out. */
export const isNarrowed = ({ search, filter }: TableState): boolean => search !== '' || Object.keys(filter).length > 0
