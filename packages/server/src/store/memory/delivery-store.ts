import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type {
  Backlog,
  Copying,
  DeliveryStore,
  Destination,
  DestinationChange,
  Job,
  JobClaim,
  JobTaken,
  NewJob,
  OldestWaiting,
} from '../../delivery/delivery-store.ts'
import type { JobRecord, Tables } from './tables.ts'

export class MemoryDeliveryStore implements DeliveryStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async add(destination: Destination): Promise<void> {
    if (this.#tables.destinations.has(destination.id)) throw new Error(`there is a destination ${destination.id} already`)
    this.#tables.destinations.set(destination.id, destination)
  }

  async find(id: string): Promise<Destination | undefined> {
    return this.#tables.destinations.get(id)
  }

  async list(kinds: readonly string[]): Promise<readonly Destination[]> {
    return this.#destinations(kinds).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  }

  async change(change: DestinationChange): Promise<Destination | 'changed_meanwhile'> {
    const { id, kind, state, reason, settings, position, fromRevision, dropJobs, jobs } = change
    const before = this.#tables.destinations.get(id)
    if (before?.revision !== fromRevision) return 'changed_meanwhile'
    // What was copied meanwhile is not copied again.
    const after = { ...before, kind, state, reason, settings, position: Math.max(before.position, position), revision: fromRevision + 1 }
    this.#tables.destinations.set(id, after)
    if (dropJobs) this.#drop((job) => job.destination === id)
    this.#tables.addJobs(jobs)
    return after
  }

  async remove(id: string): Promise<boolean> {
    this.#drop((job) => job.destination === id)
    for (const [kept, { destination }] of this.#tables.keptJobs) if (destination === id) this.#tables.keptJobs.delete(kept)
    return this.#tables.destinations.delete(id)
  }

  async behind(kinds: readonly string[], position: Position): Promise<readonly Destination[]> {
    return this.#destinations(kinds).filter((each) => each.state !== 'shut' && each.position < position)
  }

  async copy({ destination: id, from, to, jobs }: Copying): Promise<boolean> {
    const destination = this.#tables.destinations.get(id)
    if (destination?.position !== from || destination.state === 'shut') return false
    this.#tables.destinations.set(id, { ...destination, position: to })
    this.#tables.addJobs(jobs)
    return true
  }

  async enqueue(jobs: readonly NewJob[]): Promise<number> {
    return this.#tables.addJobs(jobs)
  }

  async claim({ kind, now, leaseUntil, window, limit, each = limit, except = [] }: JobClaim): Promise<readonly Job[]> {
    const wanted = this.#destinations([kind]).filter(({ id }) => !except.includes(id))
    const due = wanted.flatMap((destination) =>
      this.#inPlay(destination)
        .slice(0, window)
        .filter(({ dueAt }) => dueAt <= now)
        .slice(0, each),
    )
    const order = [...this.#tables.jobs.keys()]
    const taken = due.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)).slice(0, limit)
    return taken.map((job) => jobOf(this.#put({ ...job, attempt: job.attempt + 1, dueAt: leaseUntil })))
  }

  async complete(taken: JobTaken): Promise<boolean> {
    return this.#settle(taken, ({ id }) => void this.#tables.jobs.delete(id))
  }

  async keep(taken: JobTaken, at: EpochMs, note: string): Promise<boolean> {
    return this.#settle(taken, (job) => {
      this.#tables.jobs.delete(job.id)
      this.#tables.keptJobs.set(job.id, { ...jobOf(job), keptAt: at, note })
    })
  }

  async postpone(taken: JobTaken, dueAt: EpochMs, problem: string): Promise<boolean> {
    return this.#settle(taken, (job) => void this.#put({ ...job, dueAt, problem }))
  }

  async bury(taken: JobTaken, at: EpochMs, problem: string): Promise<boolean> {
    return this.#settle(taken, (job) => void this.#put({ ...job, deadAt: at, problem }))
  }

  async waiting(destination: string, limit: number): Promise<readonly NewJob[]> {
    const found = this.#tables.destinations.get(destination)
    if (found === undefined) return []
    return this.#inPlay(found).slice(0, limit).map(newJobOf)
  }

  async acknowledge(destination: string, ids: readonly string[]): Promise<number> {
    return this.#drop((job) => job.destination === destination && job.deadAt === undefined && ids.includes(job.id))
  }

  async refuse(destination: string, problems: ReadonlyMap<string, string>, at: EpochMs): Promise<number> {
    const refused = this.#waiting(destination).filter(({ id }) => problems.has(id))
    for (const job of refused) this.#put({ ...job, deadAt: at, problem: problems.get(job.id) ?? '' })
    return refused.length
  }

  async backlog(destination: string): Promise<Backlog> {
    const jobs = [...this.#tables.jobs.values()].filter((job) => job.destination === destination)
    const waiting = jobs.filter(({ deadAt }) => deadAt === undefined)
    const oldestAt = waiting.length === 0 ? undefined : Math.min(...waiting.map(({ createdAt }) => createdAt))
    return { waiting: waiting.length, dead: jobs.length - waiting.length, oldestAt }
  }

  async oldestWaiting(): Promise<readonly OldestWaiting[]> {
    const oldest = new Map<string, EpochMs>()
    for (const { destination, createdAt, deadAt } of this.#tables.jobs.values()) {
      const kind = this.#tables.destinations.get(destination)?.kind
      if (kind === undefined || deadAt !== undefined) continue
      oldest.set(kind, Math.min(createdAt, oldest.get(kind) ?? createdAt))
    }
    return [...oldest].map(([kind, createdAt]) => ({ kind, createdAt }))
  }

  async revive(destination: string, now: EpochMs): Promise<number> {
    const dead = [...this.#tables.jobs.values()].filter((job) => job.destination === destination && job.deadAt !== undefined)
    for (const job of dead) this.#put({ ...job, attempt: 0, dueAt: now, createdAt: now, deadAt: undefined })
    return dead.length
  }

  async sweep(before: EpochMs): Promise<number> {
    return this.#drop(({ deadAt }) => deadAt !== undefined && deadAt < before)
  }

  #destinations(kinds: readonly string[]): Destination[] {
    return [...this.#tables.destinations.values()].filter(({ kind }) => kinds.includes(kind))
  }

  #waiting(destination: string): readonly JobRecord[] {
    return [...this.#tables.jobs.values()].filter((job) => job.destination === destination && job.deadAt === undefined)
  }

  #inPlay({ id, state }: Destination): readonly JobRecord[] {
    const waiting = this.#waiting(id)
    const urgent = waiting.filter((job) => job.urgent)
    return state === 'held' ? urgent : [...urgent, ...waiting.filter((job) => !job.urgent)]
  }

  #settle({ id, attempt }: JobTaken, change: (job: JobRecord) => void): boolean {
    const job = this.#tables.jobs.get(id)
    if (job?.attempt !== attempt || job.deadAt !== undefined) return false
    change(job)
    return true
  }

  #put(job: JobRecord): JobRecord {
    this.#tables.jobs.set(job.id, job)
    return job
  }

  #drop(isDropped: (job: JobRecord) => boolean): number {
    const dropped = [...this.#tables.jobs.values()].filter(isDropped)
    for (const { id } of dropped) this.#tables.jobs.delete(id)
    return dropped.length
  }
}

const newJobOf = ({ id, destination, payload, urgent, createdAt }: JobRecord): NewJob => ({ id, destination, payload, urgent, createdAt })

const jobOf = (job: JobRecord): Job => ({ ...newJobOf(job), attempt: job.attempt })
