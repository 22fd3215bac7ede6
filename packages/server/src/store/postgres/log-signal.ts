import type { Cancel, Clock } from 'countersign/core'
import { Client, type ClientConfig } from 'pg'

export interface LogSignalOptions {
  readonly config: ClientConfig
  readonly channel: string
  /** Payloads of our own notifications, which are not told. */
  readonly own: string
  readonly clock: Clock
  readonly onSignal: () => void
}

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 5_000

/**
 * Hears on a connection of its own that another server has appended. Only a hint: what is missed while the connection is away
 * stands in the table, which the publisher reads every second anyway.
 */
export class LogSignal {
  readonly #options: LogSignalOptions
  #client: Client | undefined
  #cancelRetry: Cancel = () => {}
  #delayMs = FIRST_DELAY_MS
  #stopped = false

  constructor(options: LogSignalOptions) {
    this.#options = options
  }

  /** Tries once; from then on it keeps trying by itself. */
  start(): Promise<void> {
    return this.#connect()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelRetry()
    await this.#client?.end()
  }

  async #connect(): Promise<void> {
    const { config, channel, own, onSignal } = this.#options
    const client = new Client(config)
    this.#client = client
    client.on('error', () => undefined)
    client.on('notification', ({ payload }) => {
      if (payload !== own) onSignal()
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
    } catch {
      void client.end().catch(() => undefined)
      return this.#retry()
    }
    if (this.#stopped) return client.end()
    this.#delayMs = FIRST_DELAY_MS
    client.once('end', () => this.#retry())
    // What was said before we listened.
    onSignal()
  }

  #retry(): void {
    if (this.#stopped) return
    this.#cancelRetry = this.#options.clock.after(this.#delayMs, () => void this.#connect())
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS)
  }
}
