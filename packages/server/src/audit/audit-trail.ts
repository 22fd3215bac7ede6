import type { Clock, EpochMs } from 'countersign/core'
import type { AuditChain } from './audit-chain.ts'
import { type AuditEnd, type AuditRecord, auditHash, isOrigin } from './audit-record.ts'
import type { AuditPage, AuditStore } from './audit-store.ts'
import type { Checkpoint, Finding, Verification } from './finding.ts'

export interface AuditTrailOptions {
  readonly store: AuditStore
  readonly chain: AuditChain
  readonly clock: Clock
  /** How long records are kept; undefined: for ever. */
  readonly keptMs: number | undefined
}

/** Read at once: little enough that others get their turn in between. */
const PAGE = 500
const MOST_FINDINGS = 100
const FORGOTTEN_AT_ONCE = 2_000

/** The records, as operators look at them. */
export class AuditTrail {
  readonly #options: AuditTrailOptions

  constructor(options: AuditTrailOptions) {
    this.#options = options
  }

  /** @param page An actor or target may be named by an e-mail address that was tried to sign in with. */
  async page(page: AuditPage): Promise<readonly AuditRecord[]> {
    await this.#trySettle()
    return this.#options.store.page({ ...page, target: this.#named(page.target) })
  }

  /** How often something was done since then, so many times at most: by the records that are kept. */
  async count(operation: string, from: EpochMs, most: number): Promise<number> {
    await this.#trySettle()
    return this.#options.store.count(operation, from, most)
  }

  /** A checkpoint: whoever keeps it elsewhere finds out later whether anything before it was changed, and whether the end was cut off. */
  async head(): Promise<AuditEnd> {
    await this.#settle()
    return (await this.#options.store.ends()).head
  }

  /**
   * Looks at every record. Without a checkpoint it does not find out that the end was cut off by somebody who has put an older end, seal and all, in
   * its place, or that all of it, its key included, was taken away.
   */
  async verify(checkpoint?: Checkpoint): Promise<Verification> {
    const failure = await this.#trySettle()
    for (;;) {
      const verification = await this.#walk(checkpoint)
      // What was forgotten meanwhile is no gap.
      if ((await this.#options.store.ends()).base.position !== verification.base) continue
      // What stands behind the end keeps others from their places: that is found. Otherwise not all was looked at.
      if (failure !== undefined && verification.findings.length === 0) throw failure.error
      return verification
    }
  }

  async #walk(checkpoint: Checkpoint | undefined): Promise<Verification> {
    const { store, chain } = this.#options
    const { head, base } = await store.ends()
    const inspection = new Inspection(chain, base, checkpoint)
    // Nothing stands before the first, nor where something was forgotten.
    for (const { position } of await store.after(Number.MIN_SAFE_INTEGER, MOST_FINDINGS)) {
      if (position <= base.position) inspection.find('unsealed', position)
    }
    for (let after = base.position; ; ) {
      const records = await store.after(after, PAGE)
      for (const record of records) if (record.position <= head.position) inspection.take(record)
      const last = records.at(-1)
      if (last === undefined || last.position > head.position) {
        // More than the end knows of: written meanwhile, or put behind it. The end says which.
        if (last !== undefined && (await store.ends()).head.position < last.position) inspection.find('end', last.position)
        break
      }
      after = last.position
      // SQLite answers at once: others would not get their turn.
      await new Promise((resolve) => void setImmediate(resolve))
    }
    return inspection.close(head)
  }

  /** Drops what is older than records are kept, a piece at a time. @returns how many. */
  async forget(): Promise<number> {
    const { store, chain, clock, keptMs } = this.#options
    if (keptMs === undefined) return 0
    await this.#settle()
    let forgotten = 0
    for (let dropped = FORGOTTEN_AT_ONCE; dropped === FORGOTTEN_AT_ONCE; forgotten += dropped) {
      dropped = await store.forget(clock.now() - keptMs, FORGOTTEN_AT_ONCE, chain)
    }
    return forgotten
  }

  #settle(): Promise<void> {
    return this.#options.store.settle(this.#options.chain)
  }

  /** Who looks at records must be able to when somebody keeps the newest from their places. The job that does the same tells the log. */
  #trySettle(): Promise<{ readonly error: unknown } | undefined> {
    return this.#settle().then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
  }

  #named(id: string | undefined): string | undefined {
    return id?.includes('@') === true ? this.#options.chain.account(id) : id
  }
}

/** One walk along the chain. */
class Inspection {
  readonly #chain: AuditChain
  readonly #base: AuditEnd
  readonly #checkpoint: Checkpoint | undefined
  readonly #findings: Finding[] = []
  #last: Pick<AuditEnd, 'position' | 'hash'>
  /** Whether the last one is as the server wrote it. */
  #isKnown = true
  #records = 0
  #isHeld = false

  constructor(chain: AuditChain, base: AuditEnd, checkpoint: Checkpoint | undefined) {
    this.#chain = chain
    this.#base = base
    this.#checkpoint = checkpoint
    this.#last = base
    if (!chain.isBase(base)) this.find('base', base.position)
    this.#compare(base)
  }

  find(kind: Finding['kind'], position: number, upTo: number = position): void {
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push({ kind, position, ...(upTo > position ? { upTo } : {}) })
  }

  take(record: AuditRecord): void {
    const { position, body, hash } = record
    const expected = this.#last.position + 1
    this.#records++
    if (position > expected) this.find('missing', expected, position - 1)
    const isSealed = this.#chain.isRecord(record)
    // Behind a gap, or a record that is not to be believed, the hash before is not known: the seal alone speaks then.
    const isBehindKnown = this.#isKnown && position === expected
    if (!isSealed) this.find('unsealed', position)
    else if (isBehindKnown && hash !== auditHash(this.#last.hash, position, body)) this.find('unchained', position)
    this.#last = { position, hash }
    this.#isKnown = isSealed
    this.#compare(record)
  }

  close(head: AuditEnd): Verification {
    const isEmpty = isOrigin(head) && this.#records === 0 && isOrigin(this.#base)
    if (!isEmpty && !this.#chain.isEnd(head)) this.find('end', head.position)
    if (this.#last.position < head.position) this.find('cut_off', this.#last.position + 1, head.position)
    else if (this.#last.hash !== head.hash) this.find('end', head.position)
    const checkpoint = this.#checkpointState(head)
    return { records: this.#records, base: this.#base.position, head: head.position, checkpoint, findings: this.#findings }
  }

  #compare({ position, hash }: Pick<AuditEnd, 'position' | 'hash'>): void {
    if (position !== this.#checkpoint?.position) return
    if (hash === this.#checkpoint.hash) this.#isHeld = true
    else this.find('checkpoint', position)
  }

  #checkpointState({ position: end }: AuditEnd): Verification['checkpoint'] {
    if (this.#checkpoint === undefined) return 'none'
    if (this.#isHeld) return 'held'
    const { position } = this.#checkpoint
    if (position < this.#base.position) return 'forgotten'
    if (position > end) this.find('cut_off', end + 1, position)
    return 'broken'
  }
}
