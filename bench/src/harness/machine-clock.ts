/** Milliseconds of the machine's monotonic clock (CLOCK_MONOTONIC on Linux): the same in every process. */
export function machineMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
