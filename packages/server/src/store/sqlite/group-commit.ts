import { asRefusal, isStorageFailure } from './storage-failure.ts'

/** The part of `DatabaseSync` that a transaction needs. */
export interface TransactionControl {
  exec(sql: string): void
  readonly isTransaction: boolean
}

export interface GroupCommitEvents {
  /** For each unit when it is asked for. Answers with what is told when it is over, just before its caller is. */
  asked?(): ((failed: boolean) => void) | undefined
  /** After each COMMIT that succeeded, when the callers have their results. */
  committed(units: number): void
  /** After each group that failed as a whole. */
  failed(error: unknown): void
}

interface Unit {
  readonly attempt: () => void
  readonly accept: () => void
  readonly reject: (error: unknown) => void
  readonly over: ((failed: boolean) => void) | undefined
}

/** Bounds how long one group can keep the event loop. */
const LARGEST_GROUP = 256
/** A group is held open for another turn of the event loop as long as each brings more units: an fsync costs as much as ten. */
const MOST_TURNS = 4

/**
 * Commits concurrent units of work in one transaction, so that they share one fsync. All units that are asked for in
 * one turn of the event loop, and all that arrive while a group is being committed, go together.
 *
 * A unit is synchronous and touches nothing but the database, because it may run twice: first all run bare; when one
 * throws, the transaction is rolled back and all run again, each in a savepoint of its own, so that the one harms no neighbour.
 * Results are handed out only after COMMIT. A storage failure refuses every unit and leaves nothing behind.
 */
export class GroupCommit {
  readonly #control: () => TransactionControl
  readonly #events: GroupCommitEvents
  readonly #waiting: Unit[] = []

  /** @param control asked anew for each group: a database that was re-opened has another connection. */
  constructor(control: () => TransactionControl, events: GroupCommitEvents) {
    this.#control = control
    this.#events = events
  }

  /** @throws {AuthError} `unavailable` when the group could not be committed; else whatever `work` throws. */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: T
      const attempt = (): void => {
        result = work()
      }
      this.#waiting.push({ attempt, accept: () => resolve(result), reject, over: this.#events.asked?.() })
      if (this.#waiting.length === 1) this.#gather(0, 1)
    })
  }

  #gather(before: number, turn: number): void {
    setImmediate(() => {
      const { length } = this.#waiting
      if (length > before && length < LARGEST_GROUP && length > 1 && turn < MOST_TURNS) this.#gather(length, turn + 1)
      else this.#commitNext()
    })
  }

  #commitNext(): void {
    const units = this.#waiting.splice(0, LARGEST_GROUP)
    if (this.#waiting.length > 0) this.#gather(0, MOST_TURNS)
    let refused: ReadonlyMap<Unit, unknown>
    try {
      refused = this.#commit(units)
    } catch (error) {
      const refusal = asRefusal(error)
      for (const unit of units) {
        unit.over?.(true)
        unit.reject(refusal)
      }
      this.#events.failed(error)
      return
    }
    for (const unit of units) {
      unit.over?.(refused.has(unit))
      if (refused.has(unit)) unit.reject(refused.get(unit))
      else unit.accept()
    }
    this.#events.committed(units.length)
  }

  /** @returns the units that were rolled back alone, with the reason. */
  #commit(units: readonly Unit[]): ReadonlyMap<Unit, unknown> {
    const refused = new Map<Unit, unknown>()
    const control = this.#control()
    try {
      transact(control, () => {
        for (const unit of units) unit.attempt()
      })
    } catch (error) {
      if (isStorageFailure(error)) throw error
      transact(control, () => {
        for (const unit of units) isolate(control, unit, refused)
      })
    }
    return refused
  }
}

function transact(control: TransactionControl, body: () => void): void {
  control.exec('BEGIN IMMEDIATE')
  try {
    body()
    control.exec('COMMIT')
  } catch (error) {
    // Some failures (a full disk among them) have rolled back already.
    if (control.isTransaction) control.exec('ROLLBACK')
    throw error
  }
}

function isolate(control: TransactionControl, unit: Unit, refused: Map<Unit, unknown>): void {
  control.exec('SAVEPOINT unit')
  try {
    unit.attempt()
  } catch (error) {
    if (isStorageFailure(error)) throw error
    control.exec('ROLLBACK TO unit')
    refused.set(unit, error)
  }
  control.exec('RELEASE unit')
}
