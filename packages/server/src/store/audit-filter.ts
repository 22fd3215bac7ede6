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
 * walked through.
 *
 * @param mark The parameter of that number, from 1.
 */
export function auditFilter(
  { actor, target, operation, outcome, from, to, before }: AuditPage,
  table: string,
  mark: (number: number) => string,
): AuditFilter {
  const is = (column: string) => (parameter: string) => `${column} = ${parameter}`
  const all: readonly Given[] = [
    ['actor', actor, is('actor')],
    ['target', target, is('target')],
    ['operation', operation, is('operation')],
    ['outcome', outcome, is('outcome')],
    ['from', from, (since) => `at >= ${since} AND position >= (SELECT min(position) FROM ${table} WHERE at >= ${since})`],
    ['to', to, (until) => `at < ${until} AND position <= (SELECT max(position) FROM ${table} WHERE at < ${until})`],
    ['before', before, (position) => `position < ${position}`],
  ]
  const given = all.flatMap(([name, value, condition]) => (value === undefined ? [] : [{ name, value, condition }]))
  return {
    name: given.map(({ name }) => name).join(' '),
    where: given.length === 0 ? 'true' : given.map(({ condition }, index) => condition(mark(index + 1))).join(' AND '),
    values: given.map(({ value }) => value),
  }
}
