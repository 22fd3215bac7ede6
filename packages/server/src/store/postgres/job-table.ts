import type { NewJob } from '../../delivery/delivery-store.ts'
import type { Unit } from './database.ts'
import { insertJobs } from './delivery-statement.ts'
import type { Value } from './statement.ts'

/** Adds jobs inside a transaction: what has to be told of a change is committed with the change. @returns how many were new. */
export const addJobs = async (unit: Pick<Unit, 'change'>, jobs: readonly NewJob[]): Promise<number> =>
  jobs.length === 0 ? 0 : unit.change(insertJobs, ...columnsOf(jobs))

const columnsOf = (jobs: readonly NewJob[]): readonly Value[] => [
  jobs.map(({ id }) => id),
  jobs.map(({ destination }) => destination),
  jobs.map(({ payload }) => payload),
  jobs.map(({ urgent }) => (urgent ? 1 : 0)),
  jobs.map(({ createdAt }) => createdAt),
]
