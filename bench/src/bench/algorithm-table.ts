import type { Row, Table } from '../bench.ts'
import type { Timing } from '../harness/interleave.ts'

/** Each timing beside the quickest node:crypto form and beside ours. */
export function libraryRows(timings: readonly Timing[]): readonly Row[] {
  const floorNs = Math.min(...timings.filter(({ label }) => label.startsWith('node:crypto')).map(({ medianNs }) => medianNs))
  const oursNs = timings.find(({ label }) => label === 'countersign')?.medianNs ?? Number.NaN
  return timings.map(({ label, medianNs }) => ({
    label,
    values: { us: medianNs / 1000, perSecond: 1e9 / medianNs, ofQuickest: medianNs / floorNs, ofOurs: medianNs / oursNs },
  }))
}

export function algorithmTable(title: string, rows: readonly Row[]): Table {
  return {
    title,
    columns: [
      { key: 'us', heading: 'µs', digits: 2 },
      { key: 'perSecond', heading: 'a second' },
      { key: 'ofQuickest', heading: 'of quickest node:crypto', digits: 2 },
      { key: 'ofOurs', heading: 'of countersign', digits: 2 },
    ],
    rows,
  }
}
