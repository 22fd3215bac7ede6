import type { Cancel } from 'countersign/core'
import type { Broker, BrokerConnection, SignedMessage } from '../../packages/server/src/revocation/index.ts'
import type { Chance } from './chance.ts'
import type { SimulatedTime } from './simulated-time.ts'

export interface StoredMessage {
  /** Counts from 1, anew after everything was lost. */
  readonly id: number
  readonly atMs: number
  readonly message: string
}

/** What a broker does to the messages that it takes: each number is how often, from 0 to 1. */
export interface Mischief {
  readonly lose: number
  readonly reorder: number
  /** Says again what it has said long ago. */
  readonly replay: number
  readonly forge: number
  /** So long it keeps a message to itself. */
  readonly delayMs: number
}

export const honest: Mischief = { lose: 0, reorder: 0, replay: 0, forge: 0, delayMs: 0 }

/** What the stream keeps; a reader that was away for longer finds a gap. */
const KEPT = 4096

/**
 * A message broker with one stream, of no particular kind: see `broker-face.ts` for how readers of each kind see it. It can be
 * killed, hang, lose everything, and misbehave in every way that does not need the issuer's key.
 */
export class SimulatedBroker implements Broker {
  readonly name: string
  mischief: Mischief = honest
  readonly #time: SimulatedTime
  readonly #chance: Chance
  #state: 'up' | 'down' | 'hanging' = 'up'
  #life = 1
  #last = 0
  #messages: StoredMessage[] = []
  #held: string | undefined
  readonly #changes = new Set<() => void>()
  readonly #arrivals = new Set<() => void>()
  readonly #breaks = new Set<() => void>()

  constructor(name: string, time: SimulatedTime, chance: Chance) {
    this.name = name
    this.#time = time
    this.#chance = chance
  }

  get isUp(): boolean {
    return this.#state === 'up'
  }

  // What happens to it

  kill(loses: 'nothing' | 'its tail' | 'everything'): void {
    if (loses === 'everything') this.loseAll()
    if (loses === 'its tail') this.#messages.splice(-1 - this.#chance.below(20))
    this.#become('down')
    for (const broken of [...this.#breaks]) broken()
  }

  /** Nobody is answered, nobody is told why. */
  hang(): void {
    this.#become('hanging')
  }

  restore(): void {
    this.mischief = honest
    this.#become('up')
    this.#tell()
  }

  /** FLUSHALL, or the stream deleted and made anew. */
  loseAll(): void {
    this.#messages = []
    this.#last = 0
    this.#life += 1
  }

  /** Forgets from the old end. */
  truncate(): void {
    this.#messages.splice(0, this.#chance.below(this.#messages.length + 1))
  }

  // As the server sees it

  async connect(): Promise<BrokerConnection> {
    await this.answer()
    let isOpen = true
    const cancel = this.onBreak(() => {
      isOpen = false
    })
    return {
      put: async (messages) => {
        await this.answer()
        if (!isOpen) throw new Error('ECONNRESET')
        for (const message of messages) this.#take(message)
        this.#tell()
      },
      close: cancel,
    }
  }

  // As its readers see it

  /** Which stream this is: another one after everything was lost. */
  get life(): number {
    return this.#life
  }

  /** Rejects while it is down, says nothing while it hangs. */
  async answer(): Promise<void> {
    while (this.#state === 'hanging') {
      await new Promise<void>((resolve) => {
        this.#changes.add(resolve)
      })
    }
    if (this.#state === 'down') throw new Error('ECONNREFUSED')
  }

  get last(): StoredMessage | undefined {
    return this.#messages.at(-1)
  }

  get lastId(): number {
    return this.#last
  }

  /** The oldest first. */
  messagesWhile(isNew: (message: StoredMessage) => boolean): readonly StoredMessage[] {
    let first = this.#messages.length
    while (first > 0 && isNew(this.#messages[first - 1] as StoredMessage)) first -= 1
    return this.#messages.slice(first)
  }

  /** Called when there may be something new, as long as it answers. */
  onArrival(listener: () => void): Cancel {
    this.#arrivals.add(listener)
    return () => void this.#arrivals.delete(listener)
  }

  /** Called when connections break. */
  onBreak(listener: () => void): Cancel {
    this.#breaks.add(listener)
    return () => void this.#breaks.delete(listener)
  }

  #take({ compact }: SignedMessage): void {
    const { lose, reorder, replay, forge, delayMs } = this.mischief
    if (this.#chance.happens(lose)) return
    const said = this.#held === undefined ? [compact] : [compact, this.#held]
    this.#held = undefined
    if (this.#chance.happens(reorder)) {
      this.#held = said.pop()
    }
    if (this.#chance.happens(replay)) {
      const from = this.#chance.below(this.#messages.length)
      said.push(...this.#messages.slice(from, from + 3).map(({ message }) => message))
    }
    if (this.#chance.happens(forge)) said.push(this.#forged(compact))
    if (delayMs === 0) return this.#store(said)
    const life = this.#life
    this.#time.after(delayMs, () => {
      if (life !== this.#life || this.#state === 'down') return
      this.#store(said)
      this.#tell()
    })
  }

  #store(said: readonly string[]): void {
    for (const message of said) this.#messages.push({ id: ++this.#last, atMs: this.#time.nowMs, message })
    if (this.#messages.length > KEPT) this.#messages.splice(0, this.#messages.length - KEPT)
  }

  /** One character of what was signed is another one. */
  #forged(compact: string): string {
    const at = this.#chance.below(compact.length)
    return compact.slice(0, at) + (compact[at] === 'A' ? 'B' : 'A') + compact.slice(at + 1)
  }

  #tell(): void {
    if (this.#state !== 'up') return
    for (const listener of [...this.#arrivals]) listener()
  }

  #become(state: 'up' | 'down' | 'hanging'): void {
    this.#state = state
    const waiting = [...this.#changes]
    this.#changes.clear()
    for (const resume of waiting) resume()
  }
}
