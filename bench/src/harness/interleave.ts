import { setImmediate } from 'node:timers/promises'
import { median } from './statistics.ts'

/** Something whose time for one operation is measured. */
export interface Candidate {
  readonly label: string
  /** Does the operation `iterations` times. */
  run(iterations: number): void | Promise<void>
}

export interface Timing {
  readonly label: string
  /** Median over the rounds, in nanoseconds an operation. */
  readonly medianNs: number
  readonly fastestNs: number
  readonly slowestNs: number
}

export interface Pace {
  readonly rounds: number
  readonly roundMs: number
}

async function time(candidate: Candidate, iterations: number): Promise<number> {
  // Timers get their turn here, and not while the clock runs.
  await setImmediate()
  const startNs = process.hrtime.bigint()
  await candidate.run(iterations)
  return Number(process.hrtime.bigint() - startNs)
}

/** Warms the candidate up and finds how many operations fill a round. */
async function calibrate(candidate: Candidate, roundMs: number): Promise<number> {
  let iterations = 8
  for (;;) {
    const elapsedNs = await time(candidate, iterations)
    if (elapsedNs >= roundMs * 1e6 * 0.5) return Math.max(1, Math.round((iterations * roundMs * 1e6) / elapsedNs))
    iterations *= 2
  }
}

/**
 * Measures candidates in turns (A B C, B C A, …), so that what else the machine does falls on all of them alike, and
 * takes the median of each one's rounds.
 */
export async function interleave(candidates: readonly Candidate[], pace: Pace): Promise<readonly Timing[]> {
  const runners: { readonly candidate: Candidate; readonly iterations: number; readonly samples: number[] }[] = []
  for (const candidate of candidates) runners.push({ candidate, iterations: await calibrate(candidate, pace.roundMs), samples: [] })
  for (let round = 0; round < pace.rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      const runner = runners[(turn + round) % runners.length]
      if (runner !== undefined) runner.samples.push((await time(runner.candidate, runner.iterations)) / runner.iterations)
    }
  }
  return runners.map(({ candidate, samples }) => ({
    label: candidate.label,
    medianNs: median(samples),
    fastestNs: Math.min(...samples),
    slowestNs: Math.max(...samples),
  }))
}
