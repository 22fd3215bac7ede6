import type { Cancel, Platform } from 'countersign/core'
import { ORIGIN, type Position } from 'countersign/revocation'
import type { SignedMessage } from './authority.ts'
import type { Broker, BrokerConnection } from './broker.ts'
import type { Publisher } from './publisher.ts'

export interface RelayOptions {
  readonly publisher: Publisher
  readonly broker: Broker
  readonly platform: Platform
  /** Told once when the broker stops taking messages, and once when it takes them again. */
  readonly onChange?: (change: RelayChange) => void
}

export type RelayChange = { readonly state: 'relaying' } | { readonly state: 'interrupted'; readonly error: unknown }

/** Messages that may wait for a slow broker; one that is further behind is served from the log again. */
const MAX_WAITING = 1000
/** A broker that has not taken a message for so long is taken for dead. */
const PUT_TIMEOUT_MS = 5000
/** Nobody knows what a predecessor of ours came to tell: so many entries are told again. Readers know duplicates. */
const TOLD_AGAIN = 500
const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000

/**
 * Puts what the publisher says into a broker, at least once and in order. The server does not wait for it: whatever is wrong
 * with the broker, the log waits in the database, and the relay goes on from where it was.
 */
export class Relay {
  readonly #options: RelayOptions
  /** Up to here the broker has taken the log; undefined before it has taken anything. */
  #position: Position | undefined
  #failures = 0
  #isRelaying: boolean | undefined
  #isStopped = false
  #interrupt: (reason: Error) => void = () => undefined
  #endPause: () => void = () => undefined

  constructor(options: RelayOptions) {
    this.#options = options
  }

  start(): void {
    void this.#run()
  }

  stop(): void {
    this.#isStopped = true
    this.#interrupt(new Error('the relay was stopped'))
    this.#endPause()
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const connection = await this.#options.broker.connect()
        try {
          if (!this.#isStopped) await this.#relay(connection)
        } finally {
          connection.close()
        }
      } catch (error) {
        if (!this.#isStopped) await this.#recover(error)
      }
    }
  }

  /** Ends by throwing: when the broker fails, when it is too slow, when we are stopped. */
  async #relay(connection: BrokerConnection): Promise<never> {
    const waiting = new WaitingMessages()
    const interrupted = new Promise<never>((_, reject) => {
      this.#interrupt = reject
    })
    // Who waits for it may have failed by itself already.
    interrupted.catch(() => undefined)
    const lost = (): void => this.#interrupt(new Error('the broker is too slow, or the log went on without it'))
    const start = await this.#start()
    const cancel = this.#options.publisher.subscribe(start, (_compact, message) => waiting.add(message), lost)
    try {
      for (;;) {
        const messages = await Promise.race([waiting.take(), interrupted])
        await Promise.race([this.#put(connection, messages), interrupted])
      }
    } finally {
      cancel()
    }
  }

  async #start(): Promise<Position> {
    const { publisher } = this.#options
    const wanted = this.#position ?? Math.max(ORIGIN, publisher.position - TOLD_AGAIN)
    return (await publisher.canFollow(wanted)) ? wanted : publisher.position
  }

  async #put(connection: BrokerConnection, messages: readonly SignedMessage[]): Promise<void> {
    let cancel: Cancel = () => undefined
    const late = new Promise<never>((_, reject) => {
      const tooLate = (): void => reject(new Error(`no answer for ${PUT_TIMEOUT_MS} ms`))
      cancel = this.#options.platform.clock.after(PUT_TIMEOUT_MS, tooLate)
    })
    await Promise.race([connection.put(messages), late]).finally(cancel)
    this.#position = messages.reduce((position, message) => Math.max(position, message.position), this.#position ?? ORIGIN)
    this.#failures = 0
    this.#tell({ state: 'relaying' })
  }

  async #recover(error: unknown): Promise<void> {
    this.#tell({ state: 'interrupted', error })
    const longestMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#failures++)
    const { clock, random } = this.#options.platform
    const jitter = (random.bytes(1)[0] ?? 0) / 255
    await new Promise<void>((resolve) => {
      const cancel = clock.after((longestMs * (1 + jitter)) / 2, resolve)
      this.#endPause = () => {
        cancel()
        resolve()
      }
    })
  }

  #tell(change: RelayChange): void {
    const isRelaying = change.state === 'relaying'
    if (this.#isRelaying === isRelaying) return
    this.#isRelaying = isRelaying
    this.#options.onChange?.(change)
  }
}

/** What the broker has not been given yet. Of heartbeats behind one another only the newest says anything. */
class WaitingMessages {
  #messages: SignedMessage[] = []
  #arrived: () => void = () => undefined

  add(message: SignedMessage): boolean {
    if (message.type === 'heartbeat' && this.#messages.at(-1)?.type === 'heartbeat') this.#messages.pop()
    this.#messages.push(message)
    this.#arrived()
    return this.#messages.length <= MAX_WAITING
  }

  /** At least one. */
  async take(): Promise<readonly SignedMessage[]> {
    if (this.#messages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
    const taken = this.#messages
    this.#messages = []
    return taken
  }
}
