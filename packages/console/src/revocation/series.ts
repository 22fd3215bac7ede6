import type { Propagation } from '../api/revocation.ts'

/** What the chart draws: seconds since 1970, and two lines; null where nothing was told of. */
export interface Series {
  readonly at: readonly number[]
  readonly median: readonly (number | null)[]
  readonly p99: readonly (number | null)[]
}

const MINUTE_MS = 60_000

/** Every minute of the time asked for, those without a revocation too: a line through them would be invented. */
export function seriesOf({ since, minutes }: Propagation, now: number): Series {
  const byMinute = new Map(minutes.map((minute) => [Math.floor(minute.at / MINUTE_MS), minute]))
  const first = Math.floor(since / MINUTE_MS)
  const length = Math.max(1, Math.floor(now / MINUTE_MS) - first + 1)
  const all = Array.from({ length }, (_, place) => first + place)
  return {
    at: all.map((minute) => minute * 60),
    median: all.map((minute) => byMinute.get(minute)?.median_ms ?? null),
    p99: all.map((minute) => byMinute.get(minute)?.p99_ms ?? null),
  }
}

/** The minute in which the slowest was. */
export function slowestMinute({ minutes }: Propagation): { readonly at: number; readonly ms: number } | undefined {
  let found: { readonly at: number; readonly ms: number } | undefined
  for (const { at, slowest_ms: ms } of minutes) if (ms !== null && ms > (found?.ms ?? -1)) found = { at, ms }
  return found
}
