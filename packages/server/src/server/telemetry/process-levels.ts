import { readdirSync } from 'node:fs'
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import type { MetricFamily } from 'countersign/core'
import { Histogram } from './instrument.ts'

const NANOSECONDS = 1e9
/** How often the timer rings by which lateness is measured: what is measured is the time between, with this in it. */
const LOOP_TICK_MS = 10
const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

interface Watch {
  readonly delay: ReturnType<typeof monitorEventLoopDelay>
  readonly collections: Histogram<readonly ['kind']>
}

/** Of the process, however many servers are in it. It begins with the first look: who never looks pays nothing. */
let watch: Watch | undefined

function beginWatch(): Watch {
  const delay = monitorEventLoopDelay({ resolution: LOOP_TICK_MS })
  delay.enable()
  const collections = new Histogram('nodejs_gc_duration_seconds', 'How long the garbage collector has held the process up.', [
    'kind',
  ] as const)
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const detail: unknown = 'detail' in entry ? entry.detail : undefined
      const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? Number(detail.kind) : 0
      collections.observe(entry.duration / 1000, gcKinds[kind] ?? 'other')
    }
  }).observe({ entryTypes: ['gc'] })
  return { delay, collections }
}

/** The process itself, by the names that dashboards for Node.js know. */
export function processLevels(): readonly MetricFamily[] {
  watch ??= beginWatch()
  const { delay, collections } = watch
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage()
  const cpu = process.cpuUsage()
  const openFiles = countOpenFiles()
  const lag = (name: string, help: string, nanoseconds: number): MetricFamily =>
    // Nothing was measured yet.
    level(
      'gauge',
      `nodejs_eventloop_lag_${name}_seconds`,
      help,
      Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / NANOSECONDS - LOOP_TICK_MS / 1000) : 0,
    )
  const families = [
    level('counter', 'process_cpu_seconds_total', 'Processor time of the process.', (cpu.user + cpu.system) / 1e6),
    level('gauge', 'process_start_time_seconds', 'When the process was started, in seconds since 1970.', startedAt),
    level('gauge', 'process_resident_memory_bytes', 'Memory of the process.', rss),
    ...(openFiles === undefined ? [] : [level('gauge', 'process_open_fds', 'Open files and sockets of the process, on Linux.', openFiles)]),
    level('gauge', 'nodejs_heap_size_total_bytes', 'Memory that the JavaScript heap has.', heapTotal),
    level('gauge', 'nodejs_heap_size_used_bytes', 'Memory that the JavaScript heap uses.', heapUsed),
    level('gauge', 'nodejs_external_memory_bytes', 'Memory of objects outside of the heap.', external),
    lag('mean', 'How late timers were since the last look, on average.', delay.mean),
    lag('p99', 'How late timers were since the last look: 99 of 100 were no later.', delay.percentile(99)),
    lag('max', 'How late timers were since the last look, at most.', delay.max),
    collections.family,
  ]
  delay.reset()
  return families
}

const level = (type: 'counter' | 'gauge', name: string, help: string, value: number): MetricFamily => ({
  ...{ name, help, type },
  samples: [{ labels: {}, value }],
})

const startedAt = Math.round(performance.timeOrigin) / 1000

function countOpenFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}
