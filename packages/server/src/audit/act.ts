import { AsyncLocalStorage } from 'node:async_hooks'
import type { AuthError } from 'countersign/core'
import type { AuditChain, AuditDraft } from './audit-chain.ts'
import { type Actor, type ActTarget, type AuditEnd, type AuditFacts, type AuditRecord, bodyOf, type Deed } from './audit-record.ts'

/** What the record of an act is made with. */
export interface Recorder {
  readonly chain: AuditChain
  now(): number
  newId(): string
  /** A transaction has left a record that may still have to get its place. */
  left(): void
}

/** Where acts come from. */
export interface Origin {
  readonly actor: Actor
  readonly address?: string | undefined
  readonly requestId?: string | undefined
}

export interface ActBeginning extends Origin {
  readonly operation: string
  readonly target?: ActTarget | undefined
  readonly members?: readonly string[] | undefined
  /** Every transaction that changes something gets a record, and not only the first: of what the server does by itself, piece by piece. */
  readonly isSerial?: boolean
  /** What changes nothing is not worth a record: a first step, after which somebody is asked for more. */
  readonly isQuiet?: boolean
}

/** One deed, from its beginning until it is on record. */
export class Act {
  readonly #recorder: Recorder
  readonly #beginning: ActBeginning
  #actor: Actor
  #target: ActTarget | undefined
  #members: readonly string[]
  /** As it was typed. Never written as it is. */
  #account: string | undefined
  #methods: readonly string[] | undefined
  #isQuiet: boolean
  #state: 'open' | 'claimed' | 'recorded' = 'open'
  #isOver = false
  /** Somebody was turned away, and is told otherwise than by an error. */
  refusal: AuthError | undefined

  constructor(beginning: ActBeginning, recorder: Recorder) {
    this.#recorder = recorder
    this.#beginning = beginning
    this.#actor = beginning.actor
    this.#target = beginning.target
    this.#members = beginning.members ?? []
    this.#isQuiet = beginning.isQuiet === true
  }

  get isRecorded(): boolean {
    return this.#state === 'recorded'
  }

  get isSerial(): boolean {
    return this.#beginning.isSerial === true
  }

  /** Whether it is on record when it has changed nothing. */
  get isRecordedAnyway(): boolean {
    return !this.isSerial && !this.#isQuiet
  }

  get account(): string | undefined {
    return this.#account
  }

  get facts(): Omit<AuditFacts, 'at' | 'outcome'> {
    const { operation, address, requestId } = this.#beginning
    return {
      operation,
      actor: this.#actor,
      members: this.#members,
      ...(this.#methods === undefined ? {} : { methods: this.#methods }),
      ...(this.#target === undefined ? {} : { target: this.#target }),
      ...(address === undefined ? {} : { address }),
      ...(requestId === undefined ? {} : { requestId }),
    }
  }

  /** Undefined when it is over: what goes on in its wake is somebody else's. */
  get deed(): Deed | undefined {
    const { kind, id, by } = this.#actor
    const actor = { kind, ...(id === undefined ? {} : { id }), ...(by === undefined ? {} : { by }) }
    return this.#isOver ? undefined : { operation: this.#beginning.operation, actor }
  }

  name({ actor, target, members, account, methods, isQuiet }: Naming): void {
    this.#isQuiet = isQuiet ?? this.#isQuiet
    this.#actor = actor ?? this.#actor
    this.#target = target ?? this.#target
    this.#members = members ?? this.#members
    this.#account = account ?? this.#account
    this.#methods = methods ?? this.#methods
  }

  /** Whatever goes on in its wake is no part of it. */
  end(): void {
    this.#isOver = true
  }

  /** @returns false when a transaction has it, or had it. */
  claim(): boolean {
    if (this.#state !== 'open' || this.#isOver) return false
    this.#state = 'claimed'
    return true
  }

  /** The transaction that has claimed it is over. @param isCarried It was committed, the record with it. */
  settle(isCarried: boolean): void {
    this.#state = isCarried && !this.isSerial ? 'recorded' : 'open'
    if (isCarried) this.#recorder.left()
  }

  /** Its record behind an end of the chain. */
  after(end: AuditEnd): { readonly record: AuditRecord; readonly end: AuditEnd } {
    return this.#recorder.chain.next(end, bodyOf(this.#done()))
  }

  /** Its record without a place. */
  draft(): AuditDraft {
    const { chain } = this.#recorder
    const draft = this.#recorder.newId()
    return chain.draft(draft, bodyOf({ ...this.#done(), draft }))
  }

  #done(): AuditFacts {
    return { ...this.facts, at: this.#recorder.now(), outcome: 'done' }
  }
}

/** What becomes known of an act on its way. */
export interface Naming {
  readonly actor?: Actor
  readonly target?: ActTarget
  readonly members?: readonly string[]
  /** The address, or the id, that a stranger has tried. */
  readonly account?: string
  /** How somebody has shown who they are. */
  readonly methods?: readonly string[]
  /** As in `ActBeginning`: it was only asked whether it could be done. */
  readonly isQuiet?: true
}

/** What one request, or one turn of a job, runs in. */
interface Scope {
  readonly origin: Origin
  readonly during: <T>(beginning: ActBeginning, work: () => Promise<T>) => Promise<T>
  readonly act: Act | undefined
}

// Between whoever knows who acts and the transaction that changes something lie some eighty methods that need not know either: see decision 42.
const current = new AsyncLocalStorage<Scope | undefined>()

export const runScope = <T>(scope: Scope, work: () => T): T => current.run(scope, work)

/** Says more of the act under way, before the change that it makes. Where none is, nobody wants to know. */
export function nameAct(naming: Naming): void {
  current.getStore()?.act?.name(naming)
}

/** Says what is being changed, or made. */
export function actOn(kind: string, id: string): void {
  nameAct({ target: { kind, id } })
}

/** Of an act in which somebody is turned away without an error. */
export function actRefused(refusal: AuthError): void {
  const act = current.getStore()?.act
  if (act !== undefined) act.refusal = refusal
}

/** Left out, the actor is whoever the request is of. */
export type ActFacts = Omit<ActBeginning, keyof Origin> & { readonly actor?: Actor }

/** Something worth a record in the midst of what is worth none. */
export function actOf<T>(facts: ActFacts, work: () => Promise<T>): Promise<T> {
  const scope = current.getStore()
  return scope === undefined ? work() : scope.during({ ...scope.origin, ...facts }, work)
}

/** What only counts or remembers on the way to the change: it carries no record. */
export function aside<T>(work: () => T): T {
  const scope = current.getStore()
  return scope?.act === undefined ? work() : current.run({ ...scope, act: undefined }, work)
}

/** What whoever asks for something brings along (their act, their trace) as it is where nobody has asked. */
const outside = AsyncLocalStorage.snapshot()

/** What others do when they hear of a change: no part of whatever made it, nor of its trace. */
export function apart<T>(work: () => T): T {
  return outside(work)
}

/** For stores: what is going on, whichever of its transactions carries the record. */
export function actUnderWay(): Act | undefined {
  return current.getStore()?.act
}

/** For stores: the act whose record goes into the transaction that begins here. Whoever gets it settles it. */
export function claimAct(): Act | undefined {
  const act = current.getStore()?.act
  return act?.claim() === true ? act : undefined
}
