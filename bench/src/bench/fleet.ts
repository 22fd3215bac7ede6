import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Bench, Row, Settings, Table } from '../bench.ts'
import { FleetLife, type FleetSightings, weather } from '../subject/fleet-life.ts'
import { FleetLog } from '../subject/fleet-log.ts'
import { CheckedReplica } from '../subject/fleet-verifier.ts'
import { Spread } from '../subject/spread.ts'

interface Size {
  readonly verifiers: number
  /** Of them, with a replica of their own in every respect. */
  readonly checked: number
  readonly lengthMs: number
}

const PER_SECOND = 10_000
/** How often the simulated server commits: so long a revocation waits for its acknowledgement. */
const COMMIT_MS = 25

function sizeOf({ quick, full }: Settings): Size {
  if (quick) return { verifiers: 500, checked: 2, lengthMs: 5000 }
  return full ? { verifiers: 10_000, checked: 16, lengthMs: 120_000 } : { verifiers: 10_000, checked: 4, lengthMs: 30_000 }
}

const sightings = (): FleetSightings => ({
  undisturbed: new Spread(),
  all: new Spread(),
  missing: { fresh: new Spread(), grace: new Spread(), stale: new Spread() },
  streamBytes: 0,
  snapshotBytes: 0,
  snapshots: 0,
  partitions: 0,
  restarts: 0,
  losses: 0,
})

interface Memory {
  readonly indexBytes: number
  readonly totalBytes: number
}

/** After a garbage collection. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // What buffers hold is let go of one collection later.
  for (let round = 0; round < 3; round++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Lets the full replicas live, and weighs them at the end of their time. */
function liveInFull(log: FleetLog, seen: FleetSightings, count: number): Memory {
  const lives = Array.from({ length: count }, () => new FleetLife(log, seen, true))
  const before = usedBytes()
  for (const life of lives) life.run()
  const totalBytes = (usedBytes() - before) / count
  const indexBytes = lives.reduce((sum, { replica }) => sum + (replica instanceof CheckedReplica ? replica.index.bytes : 0), 0) / count
  return { indexBytes, totalBytes }
}

interface Simulated {
  readonly seen: FleetSightings
  readonly fleetLog: FleetLog
  readonly memory: Memory
}

function simulate({ verifiers, checked, lengthMs }: Size, log: (line: string) => void): Simulated {
  log(`fleet: ${(PER_SECOND * lengthMs) / 1000} revocations, chained and signed …`)
  const fleetLog = new FleetLog({ start: Date.UTC(2030, 0, 1), lengthMs, perSecond: PER_SECOND, commitMs: COMMIT_MS })
  const seen = sightings()
  log(`fleet: ${checked} full replicas …`)
  const memory = liveInFull(fleetLog, seen, checked)
  log(`fleet: ${verifiers - checked} light replicas …`)
  for (let count = checked; count < verifiers; count++) new FleetLife(fleetLog, seen, false).run()
  return { seen, fleetLog, memory }
}

const spreadRow = (label: string, spread: Spread): Row => ({
  label,
  values: {
    count: spread.count,
    p50Ms: spread.percentile(0.5),
    p99Ms: spread.percentile(0.99),
    p999Ms: spread.percentile(0.999),
    maxMs: spread.largest,
  },
})

const spreadTable = (title: string, rows: readonly Row[]): Table => ({
  title,
  columns: [
    { key: 'count', heading: 'observations' },
    { key: 'p50Ms', heading: 'p50 ms', digits: 1 },
    { key: 'p99Ms', heading: 'p99', digits: 1 },
    { key: 'p999Ms', heading: 'p99.9', digits: 1 },
    { key: 'maxMs', heading: 'max', digits: 0 },
  ],
  rows,
})

function tablesOf({ verifiers, lengthMs }: Size, { seen, fleetLog, memory }: Simulated): readonly Table[] {
  const verifierSeconds = (verifiers * lengthMs) / 1000
  const { fresh, grace, stale } = seen.missing
  const cost = (label: string, value: number, unit: string): Row => ({ label, values: { value, unit } })
  return [
    spreadTable('from the acknowledgement of a revocation to when a verifier has applied it', [
      spreadRow('reached at once', seen.undisturbed),
      spreadRow('all, partitions, losses and restarts included', seen.all),
    ]),
    spreadTable('age of the oldest acknowledged revocation that a verifier has not applied, every 100 ms, by what it says of itself', [
      spreadRow('fresh', fresh),
      spreadRow('grace', grace),
      spreadRow('stale: it answers 503', stale),
    ]),
    {
      title: 'what one verifier costs',
      columns: [
        { key: 'value', heading: 'value', digits: 1 },
        { key: 'unit', heading: 'unit' },
      ],
      rows: [
        cost('stream', seen.streamBytes / verifierSeconds / 1000, 'kB/s'),
        cost('snapshots', seen.snapshotBytes / verifierSeconds / 1000, 'kB/s'),
        cost('a revocation on the stream', fleetLog.bytesPerEntry, 'bytes'),
        cost('a live revocation in a snapshot', fleetLog.snapshotBytesPerEntry, 'bytes'),
        cost(`full replica, ${fleetLog.entries.length} entries: its index`, memory.indexBytes / 2 ** 20, 'MiB'),
        cost(`full replica, ${fleetLog.entries.length} entries: all of it`, memory.totalBytes / 2 ** 20, 'MiB'),
      ],
    },
  ]
}

export const fleet: Bench = {
  title: '10,000 verifiers and 10,000 revocations a second, on a simulated clock and network',
  async run(settings) {
    const size = sizeOf(settings)
    const done = simulate(size, settings.log)
    const { seen } = done
    return {
      tables: tablesOf(size, done),
      notes: [
        `Simulated: time (${size.lengthMs / 1000} s of it), the network, the server's commits (one every ${COMMIT_MS} ms), how readers pause and come back. One stream to each verifier, in order, as over HTTP or from a broker.`,
        `Real: every entry, hash and signature; ${size.checked} of the ${size.verifiers} verifiers are whole: they verify, decode, chain and index all by themselves, and each has a light twin that must give the same answer to every message, or the bench fails.`,
        `Shared by the others: verified and decoded messages, the hash chain, the index. Each has its own position, awaited heartbeat, clock (set up to 1 s wrong), and the library's own Freshness.`,
        `Network: latency ${weather.latencyMedianMs} ms in the median of all verifiers (log-normal, a twentieth of them above 10 ms), ${weather.stallShare * 100} % of the messages held up to ${weather.stallMs} ms, ${weather.lossShare * 100} % lost, ${weather.bytesPerMs / 1000} MB/s to each. In it: ${seen.partitions} partitions of up to ${weather.longestPartitionMs / 1000} s, ${seen.restarts} restarts, ${seen.losses} losses, ${seen.snapshots} snapshots loaded.`,
        'Not in it: what 10,000 streams cost the server. A verifier that restarts answers nothing until its snapshot has come.',
      ],
    }
  },
}
