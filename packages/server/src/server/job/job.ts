import type { Cancel } from 'countersign/core'
import type { Services } from '../services.ts'

/** Work that comes back by the clock. */
export interface Job {
  readonly name: string
  readonly everyMs: number
  /** When it is done for the first time, after the start. Default `everyMs`. */
  readonly firstAfterMs?: number
  /** Each change that it makes is on record, as this operation of the server's own. */
  readonly act?: string
  run(services: Services): Promise<void>
}

/** Starts the jobs. A job never overlaps with itself, and one that fails is tried again at its next turn. */
export function startJobs(jobs: readonly Job[], services: Services): Cancel {
  const { clock } = services.platform
  const timers = new Map<Job, Cancel>()
  let stopped = false

  const plan = (job: Job, inMs: number): void => {
    if (!stopped)
      timers.set(
        job,
        clock.after(inMs, () => void turn(job)),
      )
  }
  const turn = async (job: Job): Promise<void> => {
    try {
      await services.telemetry.job(job.name, () => runRecorded(job, services))
    } catch (error) {
      services.log.warn({ job: job.name, err: error }, 'a job failed')
    }
    plan(job, job.everyMs)
  }
  for (const job of jobs) plan(job, job.firstAfterMs ?? job.everyMs)
  return () => {
    stopped = true
    for (const cancel of timers.values()) cancel()
  }
}

function runRecorded(job: Job, services: Services): Promise<void> {
  const actor = { kind: 'server' } as const
  if (job.act === undefined) return services.audit.from({ actor }, () => job.run(services))
  return services.audit.during({ operation: job.act, actor, isSerial: true }, () => job.run(services))
}
