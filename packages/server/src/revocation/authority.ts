import type { Platform } from 'countersign/core'
import type { FeedMessage, HeartbeatMessage, LogEntry, PlacedEntry, Position } from 'countersign/revocation'
import { encodeFeedMessage, ORIGIN } from 'countersign/revocation'
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

/** A part of a snapshot, signed. */
export interface SnapshotPart {
  /** Compact JWS, `typ: cs-feed+jwt`. */
  readonly compact: string
  /** Of the whole snapshot. */
  readonly head: HeartbeatMessage
  readonly upTo: Position
  readonly isLast: boolean
}

/** Entries of a part at most: two milliseconds of work for whoever makes it, and for whoever takes it. */
const SNAPSHOT_PAGE = 1000
/** Characters of ids of a part at most: a message stays far below the length that a reader accepts. */
const SNAPSHOT_PAGE_LENGTH = 2 ** 16

/** The beginning of a page that fits into a part; at least one entry. */
function fitting(page: readonly PlacedEntry[]): readonly PlacedEntry[] {
  let length = 0
  const count = page.findIndex(({ target }) => (length += target.id.length) > SNAPSHOT_PAGE_LENGTH)
  return count === -1 ? page : page.slice(0, Math.max(1, count))
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

  /** Where the log ends now, for who has asked under a nonce: clock and head are read after that has come. */
  async answer(nonce: string): Promise<SignedMessage> {
    return this.heartbeat({ ...(await this.readHead()), nonce })
  }

  /** All that lives, for a verifier that starts, or that has lost the thread: the first part. Clock first here too. */
  async snapshot(): Promise<SnapshotPart> {
    return this.#part(await this.readHead(), ORIGIN)
  }

  /** The part that follows on one that is not the last. Reads its own page of the log, of the moment of the first part. */
  nextPart({ head, upTo }: SnapshotPart): Promise<SnapshotPart> {
    return this.#part(head, upTo)
  }

  async #part(head: HeartbeatMessage, after: Position): Promise<SnapshotPart> {
    const { log, platform, issuer: iss } = this.#options
    const page = fitting(await log.keptAfter(after, SNAPSHOT_PAGE))
    // Read after the page: what was dropped from it meanwhile had expired by then.
    const readAt = platform.clock.now()
    const end = page.at(-1)?.position
    const upTo = end === undefined || end > head.head ? head.head : end
    const entries = page.filter(({ position, expiresAt }) => position <= upTo && expiresAt > head.at)
    const { compact } = this.#sign(
      { type: 'snapshot', iss, head: head.head, hash: head.hash, at: head.at, after, upTo, readAt, entries },
      upTo,
    )
    return { compact, head, upTo, isLast: upTo === head.head }
  }

  #sign(message: FeedMessage, position: Position): SignedMessage {
    return { type: message.type, position, compact: encodeFeedMessage(message, this.#options.keys.current('feed')) }
  }
}
