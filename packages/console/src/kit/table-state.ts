import { useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { readTableState, type TableState, withMember, withoutNarrowing } from './table-address.ts'

export type { TableState } from './table-address.ts'

/**
 * What the address asks of the table of this page, for lists that the server narrows. It changes when somebody has stopped typing.
 * Read it with the `id` of the table.
 */
export function useTableState(_id: string): TableState {
  const [query] = useSearchParams()
  return useMemo(() => readTableState(query), [query])
}

export interface TableAddress {
  readonly state: TableState
  readonly set: (name: string, value: string | undefined) => void
  readonly sort: (to: string | undefined) => void
  readonly clear: () => void
}

/**
 * @param filters Ids of the filters that the table has: other members of the address are not its own.
 * @param isMain It is searched or filtered. Only one of a page is; the others keep their order under their own name.
 */
export function useTableAddress(id: string, filters: readonly string[], isMain: boolean): TableAddress {
  const [query, setQuery] = useSearchParams()
  const sortName = isMain ? 'sort' : `${id}.sort`
  const read = readTableState(query, sortName)
  const filter = Object.fromEntries(Object.entries(read.filter).filter(([name]) => filters.includes(name)))
  // Typing leaves no trail of pages to go back through.
  const set = (name: string, value: string | undefined): void => setQuery((now) => withMember(now, name, value), { replace: true })
  return {
    state: isMain ? { ...read, filter } : { search: '', filter: {}, sort: read.sort },
    set,
    sort: (to) => set(sortName, to),
    clear: () => setQuery((now) => withoutNarrowing(now, filters), { replace: true }),
  }
}
