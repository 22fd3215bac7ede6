import type { EpochMs } from 'countersign/core'
import type { DeliveryHistory, DeliveryPage, DeliveryRecord, DeliverySelection } from '../../delivery/delivery-history.ts'
import type { JobRecord, KeptJob, Tables } from './tables.ts'

export class MemoryDeliveryHistory implements DeliveryHistory {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async list({ after, limit, ...selection }: DeliveryPage): Promise<readonly DeliveryRecord[]> {
    const found = this.#select(selection).sort(newestFirst)
    return (after === undefined ? found : found.filter((record) => newestFirst(record, after) > 0)).slice(0, limit)
  }

  async find(kind: string, id: string): Promise<DeliveryRecord | undefined> {
    return this.#all(kind).find((record) => record.id === id)
  }

  async repeat(kind: string, id: string, now: EpochMs): Promise<boolean> {
    const record = await this.find(kind, id)
    if (record !== undefined) this.#again(record, now)
    return record !== undefined
  }

  async repeatAll(selection: DeliverySelection, limit: number, now: EpochMs): Promise<number> {
    const settled = this.#select(selection).filter(({ state }) => state !== 'waiting')
    const repeated = settled.sort((a, b) => newestFirst(b, a)).slice(0, limit)
    for (const record of repeated) this.#again(record, now)
    return repeated.length
  }

  async sweep(before: EpochMs, limit: number): Promise<number> {
    const swept = [...this.#tables.keptJobs.values()].filter(({ keptAt }) => keptAt < before).slice(0, limit)
    for (const { id } of swept) this.#tables.keptJobs.delete(id)
    return swept.length
  }

  #again({ id, destination, payload, createdAt }: DeliveryRecord, now: EpochMs): void {
    const urgent = this.#tables.jobs.get(id)?.urgent ?? false
    this.#tables.keptJobs.delete(id)
    this.#tables.jobs.set(id, { id, destination, payload, urgent, createdAt, attempt: 0, dueAt: now, deadAt: undefined })
  }

  #select({ kind, destination, states, since = 0, until = Number.MAX_SAFE_INTEGER }: DeliverySelection): DeliveryRecord[] {
    return this.#all(kind).filter(
      (record) =>
        (destination === undefined || record.destination === destination) &&
        states.includes(record.state) &&
        record.createdAt >= since &&
        record.createdAt < until,
    )
  }

  #all(kind: string): readonly DeliveryRecord[] {
    const all = [...[...this.#tables.jobs.values()].map(recordOfJob), ...[...this.#tables.keptJobs.values()].map(recordOfKept)]
    return all.filter(({ destination }) => this.#tables.destinations.get(destination)?.kind === kind)
  }
}

const newestFirst = (a: { createdAt: EpochMs; id: string }, b: { createdAt: EpochMs; id: string }): number =>
  b.createdAt - a.createdAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)

const recordOfJob = ({ id, destination, payload, createdAt, attempt, dueAt, deadAt, problem }: JobRecord): DeliveryRecord => ({
  id,
  destination,
  payload,
  createdAt,
  state: deadAt === undefined ? 'waiting' : 'dead',
  attempts: attempt,
  dueAt: deadAt === undefined ? dueAt : undefined,
  settledAt: deadAt,
  note: problem,
})

const recordOfKept = ({ id, destination, payload, createdAt, attempt, keptAt, note }: KeptJob): DeliveryRecord => ({
  id,
  destination,
  payload,
  createdAt,
  state: 'delivered',
  attempts: attempt,
  dueAt: undefined,
  settledAt: keptAt,
  note,
})
