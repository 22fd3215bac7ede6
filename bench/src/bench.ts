import type { Machine } from './harness/machine.ts'

export interface Settings {
  /** Shorter and smaller: tells that everything runs, not what the numbers are. */
  readonly quick: boolean
  /** Longer and larger, where a bench knows how. */
  readonly full: boolean
  /** Only the parts whose label contains this text. */
  readonly only: string | undefined
  /** Progress, to standard error. */
  log(line: string): void
}

export type Cell = number | string | undefined

export interface Column {
  /** The member of each row, and of the JSON. Ends in the unit. */
  readonly key: string
  readonly heading: string
  /** Digits after the point of a number. */
  readonly digits?: number
}

export interface Row {
  readonly label: string
  readonly values: Readonly<Record<string, Cell>>
}

export interface Table {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

export interface Measurement {
  readonly tables: readonly Table[]
  /** What has to be known to read the numbers rightly. */
  readonly notes: readonly string[]
}

export interface Bench {
  /** One sentence: what the numbers are. */
  readonly title: string
  run(settings: Settings): Promise<Measurement>
}

/** What `--json` prints. */
export interface Report extends Measurement {
  readonly name: string
  readonly title: string
  readonly quick: boolean
  readonly elapsedSeconds: number
  readonly machine: Machine
}
