declare const columns: unique symbol

/** One statement, prepared once on each connection under its name. `Row` names the columns that it yields. */
export interface Statement<Row = never> {
  readonly name: string
  readonly text: string
  /** Whether it can change anything. */
  readonly changes: boolean
  /** Never there: it keeps `Row` apart for the compiler. The tables' own types vouch for it. */
  readonly [columns]?: Row
}

export type Value = string | number | null | Uint8Array | readonly (string | null)[] | readonly number[]

/** A table of ours behind it: `FOR UPDATE` only locks. */
const changing = /\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+countersign\./

export const statement = <Row = never>(name: string, text: string): Statement<Row> =>
  Object.freeze({ name: `countersign ${name}`, text, changes: changing.test(text) })

/** `INSERT` of a record whose members are columns: the parameters come in the order of `values`. */
export const insertInto = (table: string, columnNames: readonly string[]): string =>
  `INSERT INTO countersign.${table} (${columnNames.join(', ')}) VALUES (${columnNames.map((_, at) => `$${at + 1}`).join(', ')})`

/**
 * PostgreSQL's text cannot hold U+0000, and the driver would write a lone surrogate as U+FFFD: both become that. No id of
 * ours has either, so that a look-up finds nothing, and what people say of themselves is kept but for the bad character.
 */
export const storable = (value: Value): Value =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
