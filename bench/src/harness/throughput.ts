import type { Cell, Column } from '../bench.ts'
import type { LoadResult } from './load.ts'
import { median, percentile } from './statistics.ts'

/** What one round of a load has shown, and what a request of it has cost the server's processor. */
export interface Round extends LoadResult {
  readonly cpuMicros: number
}

export const throughputColumns: readonly Column[] = [
  { key: 'perSecond', heading: 'a second' },
  { key: 'cpuUs', heading: 'CPU µs each' },
  { key: 'p50Ms', heading: 'p50 ms', digits: 2 },
  { key: 'p99Ms', heading: 'p99 ms', digits: 2 },
]

export const rateOf = (rounds: readonly Round[]): number => median(rounds.map(({ perSecond }) => perSecond))

/** Of all rounds: the middle one of rates and costs, and every latency. */
export function throughputOf(rounds: readonly Round[]): Readonly<Record<string, Cell>> {
  const latencies = rounds.flatMap(({ latenciesMs }) => latenciesMs)
  return {
    perSecond: rateOf(rounds),
    cpuUs: median(rounds.map(({ cpuMicros }) => cpuMicros)),
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  }
}
