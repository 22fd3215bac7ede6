import type { Column } from './column.ts'

/** What the columns say, and no more than that: rows may hold what is not shown. What is a number in the table is one here. */
export const jsonText = <Row>(columns: readonly Pick<Column<Row>, 'id' | 'text' | 'numeric'>[], rows: readonly Row[]): string =>
  `${JSON.stringify(
    rows.map((row) => Object.fromEntries(columns.map(({ id, text, numeric }) => [id, valueOf(text(row), numeric === true)]))),
    null,
    2,
  )}\n`

const valueOf = (text: string, isNumeric: boolean): string | number => (isNumeric && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text)
