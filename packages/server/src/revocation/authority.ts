import type { Platform } from 'countersign/core'
import type { FeedMessage, HeartbeatMessage, LogEntry, Position } from 'countersign/revocation'
import { encodeFeedMessage } from 'countersign/revocation'
import type { SigningKeys } from '../signing/signing-keys.ts'
import type { LogStore } from './log-store.ts'

export interface FeedAuthorityOptions {
  /** Our URL: stands in every message. */
  readonly issuer: string
  readonly log: LogStore
  readonly keys: SigningKeys
  readonly platform: Platform
}

/** What a subscriber can be told, signed: with the position that it stands at afterwards. */
export interface SignedMessage {
  readonly type: FeedMessage['type']
  /** The last position that the message speaks of. */
  readonly position: Position
  /** Compact JWS, `typ: cs-feed+jwt`. */
  readonly compact: string
}

/** Says, under our signature, what the log holds. */
export class FeedAuthority {
  readonly #options: FeedAuthorityOptions

  constructor(options: FeedAuthorityOptions) {
    this.#options = options
  }

  /** The entries that follow directly on `after`. At least one. */
  entries(after: Position, entries: readonly LogEntry[]): SignedMessage {
    return this.#sign({ type: 'entries', iss: this.#options.issuer, after, entries }, entries.at(-1)?.position ?? after)
  }

  /**
   * Where the log ends now.
   *
   * The clock is read before the head. Every cut-off that is not under this head was committed, and so acknowledged,
   * after `at`: staleness is bounded because of this order, and `model/revocation.pml` breaks without it.
   */
  async readHead(): Promise<HeartbeatMessage> {
    const at = this.#options.platform.clock.now()
    const { position, hash } = await this.#options.log.head()
    return { type: 'heartbeat', iss: this.#options.issuer, head: position, hash, at }
  }

  heartbeat(head: HeartbeatMessage): SignedMessage {
    return this.#sign(head, head.head)
  }

  /** All that lives, for a verifier that starts, or that has lost the thread. Clock first here too. */
  async snapshot(): Promise<SignedMessage> {
    const at = this.#options.platform.clock.now()
    const { head, entries } = await this.#options.log.snapshot(at)
    return this.#sign({ type: 'snapshot', iss: this.#options.issuer, head: head.position, hash: head.hash, at, entries }, head.position)
  }

  #sign(message: FeedMessage, position: Position): SignedMessage {
    return { type: message.type, position, compact: encodeFeedMessage(message, this.#options.keys.current('feed')) }
  }
}
