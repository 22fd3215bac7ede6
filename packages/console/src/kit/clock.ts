/** Takes back what was arranged. */
export type Cancel = () => void

export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly after: (ms: number, task: () => void) => Cancel
}

/** The only place of the console that reads the time or waits. */
export const clock: Clock = {
  now: () => Date.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}
