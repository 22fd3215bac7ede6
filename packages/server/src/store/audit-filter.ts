import type { AuditPage } from '../audit/index.ts'

export interface AuditFilter {
  /** Names the statement: the same for all pages with the same members. */
  readonly name: string
  readonly where: string
  readonly values: readonly (string | number)[]
}

type Given = readonly [name: string, value: string | number | undefined, condition: (mark: string) => string]

/**
 * The conditions that are asked for, and no others, so that the database finds an index for them. Times are looked up as positions: what lies beyond is not
 * walked through. `+position`, or the database would walk along the positions to find the first.
 *
 * @param mark The parameter of that number, from 1.
 * @param other How a column is written that is no reason to choose an index: the first that is given has named the fewest.
 */
export function auditFilter(
  { actor, target, operation, outcome, from, to, before }: AuditPage,
  table: string,
  mark: (number: number) => string,
  other: (column: string) => string = (column) => column,
): AuditFilter {
  const named = [target, actor, operation, outcome]
  const is = (place: number, column: string) => (parameter: string) => {
    const isFirst = named.slice(0, place).every((value) => value === undefined)
    return `${isFirst ? column : other(column)} = ${parameter}`
  }
  const all: readonly Given[] = [
    ['target', target, is(0, 'target')],
    ['actor', actor, is(1, 'actor')],
    ['operation', operation, is(2, 'operation')],
    ['outcome', outcome, is(3, 'outcome')],
    ['from', from, (since) => `at >= ${since} AND position >= (SELECT min(+position) FROM ${table} WHERE at >= ${since})`],
    ['to', to, (until) => `at < ${until} AND position <= (SELECT max(+position) FROM ${table} WHERE at < ${until})`],
    ['before', before, (position) => `position < ${position}`],
  ]
  const given = all.flatMap(([name, value, condition]) => (value === undefined ? [] : [{ name, value, condition }]))
  return {
    // Two letters tell them apart, and PostgreSQL takes 63 for the name of a statement.
    name: given.map(({ name }) => name.slice(0, 2)).join(' '),
    where: given.length === 0 ? 'true' : given.map(({ condition }, index) => condition(mark(index + 1))).join(' AND '),
    values: given.map(({ value }) => value),
  }
}
