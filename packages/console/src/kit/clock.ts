import { byServer } from '../api/server-clock.ts'

/** Takes back what was arranged. */
export type Cancel = () => void

export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly after: (ms: number, task: () => void) => Cancel
}

/** What waits, and what time it is: as the server has it, since the times that are shown are its own. */
export const clock: Clock = {
  now: () => byServer(Date.now()),
  after: (ms, task) => {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}
