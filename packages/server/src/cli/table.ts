import type { Terminal } from './terminal.ts'

/** What stands in a table. */
type Cell = string | number | null | undefined | readonly string[]

/** Control characters in what others chose (names, addresses) must not reach a terminal. */
const plain = (value: Cell): string => {
  const text = typeof value === 'object' && value !== null ? value.join(', ') : String(value ?? '')
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd') || '–'
}

export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => Cell
}

/** Columns as wide as their content, two spaces between. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [columns.map(({ title }) => title.toUpperCase()), ...rows.map((row) => columns.map(({ of }) => plain(of(row))))]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => [...(line[column] ?? '')].length)))
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export interface Shown {
  readonly json: boolean
}

/** A list: JSON for scripts, a table for people, a sentence when it is empty. */
export function printList<Row>(
  terminal: Terminal,
  { json }: Shown,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  empty: string,
): void {
  if (json) terminal.print(JSON.stringify(rows))
  else terminal.print(rows.length === 0 ? empty : table(columns, rows))
}

/** One result: its JSON for scripts, a sentence for people. */
export function printResult(terminal: Terminal, { json }: Shown, result: unknown, sentence: string): void {
  terminal.print(json ? JSON.stringify(result) : sentence)
}
