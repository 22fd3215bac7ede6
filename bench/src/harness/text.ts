import type { Cell, Column, Report, Table } from '../bench.ts'

function show(cell: Cell, column: Column): string {
  if (cell === undefined) return '–'
  return typeof cell === 'string' ? cell : cell.toFixed(column.digits ?? 0)
}

function renderTable(table: Table): string {
  const heading = ['', ...table.columns.map((column) => column.heading)]
  const body = table.rows.map((row) => [row.label, ...table.columns.map((column) => show(row.values[column.key], column))])
  const lines = [heading, ...body]
  const widths = heading.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)))
  const pad = (text: string, index: number): string => (index === 0 ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0))
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  const [first, ...rest] = lines.map((line) => line.map(pad).join('  ').trimEnd())
  return [table.title, first, rule, ...rest].join('\n')
}

/** Plain text for a terminal. */
export function renderReport(report: Report): string {
  const { machine } = report
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  return `${[
    `${report.name}: ${report.title}${report.quick ? ' (--quick: not a measurement)' : ''}`,
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, OpenSSL ${machine.openssl}`,
    versions.join(', '),
    ...report.tables.map((table) => `\n${renderTable(table)}`),
    '',
    ...report.notes.map((note) => `* ${note}`),
    `${report.elapsedSeconds} s`,
  ].join('\n')}\n`
}
