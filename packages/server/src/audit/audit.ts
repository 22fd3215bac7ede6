import { AuthError, newId, type Platform, refusalRow } from 'countersign/core'
import { Act, type ActBeginning, aside, type Origin, type Recorder, runScope } from './act.ts'
import type { AuditChain } from './audit-chain.ts'
import { type AuditFacts, bodyOf } from './audit-record.ts'
import type { AuditStore } from './audit-store.ts'
import { RefusalBound, type RefusalBounds } from './refusal-bound.ts'

export interface AuditOptions {
  readonly store: AuditStore
  readonly chain: AuditChain
  readonly platform: Platform
  /** Whose address it is. */
  readonly userOf: (email: string) => Promise<string | undefined>
  readonly bounds?: RefusalBounds
  /** Told when something could not be recorded. Must not throw. */
  readonly onFailure: (error: unknown, operation: string) => void
}

/** Codes that tell a caller in good faith how to go on. */
const everyday: ReadonlySet<string> = new Set(['token_expired', 'step_up_required', 'factor_enrolment_required'])

/** What names a user by what we have made ourselves. Everything else may be a password that was typed into the wrong field. */
const userId = /^usr_[A-Za-z0-9_-]{22}$/

/** Turned away for who they are, or how often they have tried. What a request lacks otherwise is no matter of security. */
const isTurnedAway = ({ code }: AuthError): boolean => [401, 403, 429].includes(refusalRow(code).status) && !everyday.has(code)

/** Records who has done what. */
export class Audit {
  readonly #options: AuditOptions
  /** Strangers can be as many as they like: whoever has proved who they are does not go under in their flood. */
  readonly #ofStrangers: RefusalBound
  readonly #ofOthers: RefusalBound
  readonly #recorder: Recorder
  #settling: Promise<void> | undefined
  #isLeft = false

  constructor(options: AuditOptions) {
    const { chain, platform } = options
    this.#options = options
    this.#ofStrangers = new RefusalBound(platform.clock, options.bounds)
    this.#ofOthers = new RefusalBound(platform.clock, options.bounds)
    this.#recorder = {
      chain,
      now: () => platform.clock.now(),
      newId: () => newId('aud', platform.random),
      left: () => void this.#settleSoon(),
    }
  }

  /** What happens within it comes from there; it is no act yet. */
  from<T>(origin: Origin, work: () => T): T {
    return runScope({ origin, act: undefined, during: (beginning, inner) => this.during(beginning, inner) }, work)
  }

  /**
   * An act. Its record is committed with the first change that it makes, by the store; where that carries none, afterwards. Of what `work` throws there
   * is a record if the caller was turned away; and if the record of a change is there already, in any case.
   *
   * @throws what `work` throws; `unavailable` when it is done and cannot be recorded.
   */
  async during<T>(beginning: ActBeginning, work: () => Promise<T>): Promise<T> {
    const act = new Act(beginning, this.#recorder)
    const { actor, address, requestId } = beginning
    const origin = { actor, address, requestId }
    let result: T
    try {
      result = await runScope({ origin, act, during: (inner, more) => this.during(inner, more) }, work)
    } catch (error) {
      act.end()
      await this.#noteEnd(act, error)
      throw error
    }
    act.end()
    if (act.refusal !== undefined) await this.#noteTurnedAway(act, act.refusal)
    else if (!act.isRecorded && act.isRecordedAnyway) await this.#append({ ...act.facts, outcome: 'done' })
    return result
  }

  /** Somebody was turned away before an act could begin. */
  async noteRefusal(beginning: ActBeginning, error: AuthError): Promise<void> {
    if (isTurnedAway(error)) await this.#noteTurnedAway(new Act(beginning, this.#recorder), error)
  }

  /** Records what was only counted so far, when that is due. @param now Whether or not it is. */
  async flush(now: boolean = false): Promise<void> {
    await this.#appendCounts(now)
    await this.settle()
  }

  /** Whatever was committed before has its place then. */
  settle(): Promise<void> {
    return this.#options.store.settle(this.#options.chain)
  }

  /** The server's own record, of what no request has asked for. */
  append(facts: Omit<AuditFacts, 'at'>): Promise<void> {
    return this.#append(facts)
  }

  async #noteEnd(act: Act, error: unknown): Promise<void> {
    const code = error instanceof AuthError ? error.code : 'internal'
    if (act.isRecorded) return this.#try(act, () => this.#append({ ...act.facts, outcome: 'failed', code }))
    if (error instanceof AuthError && isTurnedAway(error)) await this.#noteTurnedAway(act, error)
  }

  /** A refusal stays what it is when it cannot be recorded. */
  #noteTurnedAway(act: Act, refusal: AuthError): Promise<void> {
    return this.#try(act, async () => {
      const { facts } = act
      const { code } = refusal
      const actor = facts.actor.kind
      const bound = actor === 'anyone' ? this.#ofStrangers : this.#ofOthers
      if (bound.admits({ actor, operation: facts.operation, code })) {
        await this.#append({ ...facts, ...(await this.#accountOf(act, refusal)), outcome: 'refused', code })
      }
      await this.#appendCounts(false)
    })
  }

  async #appendCounts(now: boolean): Promise<void> {
    for (const { actor, operation, code, count } of [...this.#ofStrangers.taken(now), ...this.#ofOthers.taken(now)]) {
      await this.#append({ operation, code, count, actor: { kind: actor }, outcome: 'refused' })
    }
  }

  /**
   * Which account a stranger has tried: the user where there is one, else a name that says nothing. Where the password was looked at, who has looked knows
   * the user: another look-up for unknown addresses alone would tell them by the time.
   */
  async #accountOf({ account, facts }: Act, { code, detail }: AuthError): Promise<Pick<AuditFacts, 'target'>> {
    if (account === undefined || facts.actor.kind !== 'anyone') return {}
    const user = await this.#userOf(account, code, detail['user'])
    return { target: user === undefined ? { kind: 'account', id: this.#options.chain.account(account) } : { kind: 'user', id: user } }
  }

  async #userOf(account: string, code: string, known: unknown): Promise<string | undefined> {
    if (userId.test(account)) return account
    if (typeof known === 'string') return known
    return code === 'credentials_invalid' ? undefined : this.#options.userOf(account)
  }

  #append(facts: Omit<AuditFacts, 'at'>): Promise<void> {
    const { store, chain, platform } = this.#options
    // It is no change of an act around this one.
    return aside(() => store.append(bodyOf({ ...facts, at: platform.clock.now() }), chain))
  }

  async #try(act: Act, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#options.onFailure(error, act.facts.operation)
    }
  }

  /** One at a time, and once more for what was left meanwhile. */
  async #settleSoon(): Promise<void> {
    this.#isLeft = true
    if (this.#settling !== undefined) return
    try {
      while (this.#isLeft) {
        this.#isLeft = false
        this.#settling = this.settle()
        await this.#settling
      }
    } catch (error) {
      // They are in the database: whoever settles next, or looks, puts them in their places.
      this.#options.onFailure(error, 'settle')
    } finally {
      this.#settling = undefined
    }
  }

  /** Waits for what was begun by itself. */
  async stop(): Promise<void> {
    await this.#settling?.catch(() => undefined)
    await this.flush(true)
  }
}
