import type { SignedMessage } from './authority.ts'

/** A message broker that the log is relayed to. It keeps nothing that the log does not hold. */
export interface Broker {
  /** What it is called in the log of the server: never an address with a password in it. */
  readonly name: string
  /** Connects and makes the stream ready. Gives up by itself, within seconds. */
  connect(): Promise<BrokerConnection>
}

export interface BrokerConnection {
  /** Puts the messages at the end of the stream, in this order, and shortens it at the other end. Resolves when the broker has them all. */
  put(messages: readonly SignedMessage[]): Promise<void>
  /** Lets go at once, also while a `put` is under way. Throws nothing. */
  close(): void
}
