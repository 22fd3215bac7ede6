export interface Order {
  readonly column: string
  readonly isDescending: boolean
}

type Comparable = string | number

const words = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** As it stands in the address: `email`, `-created`. */
export const orderOf = (sort: string | undefined): Order | undefined => {
  if (sort === undefined || sort === '' || sort === '-') return undefined
  const isDescending = sort.startsWith('-')
  return { column: isDescending ? sort.slice(1) : sort, isDescending }
}

/** What the next press on a column's title asks for: up, down, and as the server had it. */
export function nextSort(sort: string | undefined, column: string): string | undefined {
  const order = orderOf(sort)
  if (order?.column !== column) return column
  return order.isDescending ? undefined : `-${column}`
}

/** Rows in order; equal ones stay as they were. Numbers come before words. */
export function ordered<Row>(rows: readonly Row[], valueOf: (row: Row) => Comparable, isDescending: boolean): readonly Row[] {
  const sign = isDescending ? -1 : 1
  return rows
    .map((row) => ({ row, value: valueOf(row) }))
    .sort((a, b) => sign * compare(a.value, b.value))
    .map(({ row }) => row)
}

function compare(a: Comparable, b: Comparable): number {
  if (typeof a === 'string' && typeof b === 'string') return words.compare(a, b)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return typeof a === 'number' ? -1 : 1
}
