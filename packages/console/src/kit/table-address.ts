/** What somebody has asked of a table, as the address keeps it. */
export interface TableState {
  readonly search: string
  /** By the id of a filter; those that are not set are not there. */
  readonly filter: Readonly<Record<string, string>>
  /** A column's id, with a minus in front for downwards; undefined: as the server has it. */
  readonly sort: string | undefined
}

const SEARCH = 'search'
const SORT = 'sort'
const LONGEST = 200

/**
 * Reads the query of an address. Everything that is neither search nor order counts as a filter: a table knows its own.
 *
 * @param sortName Of a table that shares its page with others: `<id>.sort`.
 */
export function readTableState(query: URLSearchParams, sortName: string = SORT): TableState {
  const filter: Record<string, string> = {}
  for (const [name, value] of query) {
    if (name !== SEARCH && name !== SORT && !name.endsWith(`.${SORT}`) && value !== '') filter[name] = value.slice(0, LONGEST)
  }
  return { search: (query.get(SEARCH) ?? '').slice(0, LONGEST), filter, sort: query.get(sortName) ?? undefined }
}

/** The same query with one thing changed; undefined or '' takes it out. */
export function withMember(query: URLSearchParams, name: string, value: string | undefined): URLSearchParams {
  const next = new URLSearchParams(query)
  if (value === undefined || value === '') next.delete(name)
  else next.set(name, value)
  return next
}

/** Without search and filters; the order stays. */
export function withoutNarrowing(query: URLSearchParams, filters: readonly string[]): URLSearchParams {
  const next = new URLSearchParams(query)
  for (const name of [SEARCH, ...filters]) next.delete(name)
  return next
}
