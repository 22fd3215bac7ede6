import type { EpochMs } from 'countersign/core'
import {
  AUDIT_ORIGIN,
  type AuditChain,
  type AuditEnd,
  type AuditEnds,
  type AuditPage,
  type AuditRecord,
  type AuditStore,
  claimAct,
  factsOf,
} from '../../audit/index.ts'

/** Records join what the log is told of in the same stretch; those of other changes follow when the act is over: nothing survives the process that they could be missing from. */
export class MemoryAuditStore implements AuditStore {
  #records: AuditRecord[] = []
  #head: AuditEnd = AUDIT_ORIGIN
  #base: AuditEnd = AUDIT_ORIGIN

  /** Of the act under way, which has just changed something. */
  carry(): void {
    const act = claimAct()
    if (act === undefined) return
    this.#push(act.after(this.#head))
    act.settle(true)
  }

  async append(body: string, chain: AuditChain): Promise<void> {
    this.#push(chain.next(this.#head, body))
  }

  async settle(): Promise<void> {}

  async ends(): Promise<AuditEnds> {
    return { head: this.#head, base: this.#base }
  }

  async page(page: AuditPage): Promise<readonly AuditRecord[]> {
    return this.#records
      .filter((record) => isOf(record, page))
      .reverse()
      .slice(0, page.limit)
  }

  async count(operation: string, from: EpochMs, most: number): Promise<number> {
    const newest = this.#records.map(factsOf).filter((facts) => facts.operation === operation && facts.outcome === 'done')
    return newest.slice(-most).filter(({ at }) => at >= from).length
  }

  async after(position: number, limit: number): Promise<readonly AuditRecord[]> {
    return this.#records.filter((record) => record.position > position).slice(0, limit)
  }

  async forget(before: EpochMs, limit: number, chain: AuditChain): Promise<number> {
    const forgotten = chain.old(this.#base, this.#records.slice(0, limit), before)
    const last = forgotten.at(-1)
    if (last === undefined) return 0
    this.#records = this.#records.slice(forgotten.length)
    this.#base = chain.baseAt(last)
    return forgotten.length
  }

  #push({ record, end }: ReturnType<AuditChain['next']>): void {
    this.#records.push(record)
    this.#head = end
  }
}

function isOf(record: AuditRecord, { actor, target, operation, outcome, from, to, before }: AuditPage): boolean {
  const facts = factsOf(record)
  const is = (wanted: string | undefined, found: string | undefined): boolean => wanted === undefined || wanted === found
  return (
    is(actor, facts.actor.id ?? facts.actor.kind) &&
    is(target, facts.target?.id) &&
    is(operation, facts.operation) &&
    is(outcome, facts.outcome) &&
    facts.at >= (from ?? 0) &&
    facts.at < (to ?? Number.POSITIVE_INFINITY) &&
    record.position < (before ?? Number.POSITIVE_INFINITY)
  )
}
