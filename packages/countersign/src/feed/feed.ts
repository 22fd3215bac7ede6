import type { Cancel, Platform } from '../core/index.ts'
import type { Position, Replica } from '../revocation/index.ts'

export interface FeedEvents {
  /** No known feed key has signed a message: the issuer's keys may have to be read again. */
  readonly unknownKey: (kid: string) => void
  /** The reader has been interrupted, and why: a sentence for operators. It goes on trying by itself. */
  readonly trouble?: (reason: string) => void
  /** Messages flow (again). */
  readonly flowing?: () => void
}

/** Carries the issuer's signed messages to a replica and keeps on doing so. It is trusted with nothing: the replica verifies. */
export interface Feed {
  /** Starts reading; once. Never throws: what goes wrong is told to `events` and tried again. */
  start(replica: Replica, events: FeedEvents): void
  close(): void
}

/** What a verifier gives to a feed that comes through a broker: the beginning is had from the issuer alone. */
export interface IssuerAccess {
  readonly platform: Platform
  /** Gets a signed snapshot over HTTP, part by part. */
  snapshot(signal: AbortSignal): AsyncIterable<string>
}

/** A feed whose verifier opens it. */
export type OpenFeed = (issuer: IssuerAccess) => Feed

/** A source of signed messages in the same process; the server's publisher is one. */
export interface FeedSource {
  /** A signed snapshot of the log as it is now, part by part. */
  snapshot(): AsyncIterable<string>
  /**
   * Delivers the messages after `after`, first what happened before, then what happens.
   *
   * @param onLost Called when that is not, or no longer, possible: the position is not known, or the reader too slow. Nothing
   * is delivered after it; the reader needs a snapshot.
   */
  subscribe(after: Position, deliver: (message: string) => void, onLost: () => void): Cancel
}
