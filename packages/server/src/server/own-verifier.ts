import { AuthError, type Principal } from 'countersign/core'
import type { Feed, FeedEvents, FeedSource } from 'countersign/feed'
import type { PlacedEntry, Replica } from 'countersign/revocation'
import type { PresentedCredentials, Requirement, Verifier, VerifierStatus } from 'countersign'
import { isOAuthClientId } from '../oauth/index.ts'
import type { LogStore } from '../revocation/index.ts'

/**
 * The same log, a turn of the event loop later. To verify a message takes longer than to send it: by then it has left for the services. Who
 * asks us meanwhile waits for it, see `OwnVerifier.caughtUp`.
 */
export const heardAfterOthers = (source: FeedSource): FeedSource => ({
  snapshot: () => source.snapshot(),
  subscribe: (after, deliver, onLost) => source.subscribe(after, (message) => void setImmediate(deliver, message), onLost),
})

/** The feed that stays in this process, with a view of the replica that hangs on it. */
export class ObservedFeed implements Feed {
  readonly #feed: Feed
  readonly #onEntry: (entry: PlacedEntry) => void
  #replica: Replica | undefined

  constructor(feed: Feed, onEntry: (entry: PlacedEntry) => void) {
    this.#feed = feed
    this.#onEntry = onEntry
  }

  get replica(): Replica | undefined {
    return this.#replica
  }

  start(replica: Replica, events: FeedEvents): void {
    this.#replica = replica
    replica.onEntry(this.#onEntry)
    this.#feed.start(replica, events)
  }

  close(): void {
    this.#feed.close()
  }
}

/** How long a request waits for our own replica; in this process that is microseconds unless something is broken. */
const CATCH_UP_MS = 1000

/**
 * The server checks its own callers as any service does, by the library's verifier, with one promise more: what was
 * committed before the request came is known when it is answered.
 */
export class OwnVerifier {
  readonly #verifier: Verifier
  readonly #feed: ObservedFeed
  readonly #log: LogStore

  constructor(verifier: Verifier, feed: ObservedFeed, log: LogStore) {
    this.#verifier = verifier
    this.#feed = feed
    this.#log = log
  }

  /**
   * @throws {AuthError} as `Verifier.authenticate` of the library; `session_required` for a token of somebody else's application; `unavailable`
   * when the log cannot be read.
   */
  async authenticate(presented: PresentedCredentials, requirement: Pick<Requirement, 'role'> = {}): Promise<Principal> {
    const principal = await this.authenticateAny(presented, requirement)
    // What somebody has let an application do elsewhere opens none of our doors.
    if (isOAuthClientId(principal.client)) throw new AuthError('session_required', { client: principal.client })
    return principal
  }

  /** The same, also for tokens of applications of others. */
  async authenticateAny(presented: PresentedCredentials, requirement: Pick<Requirement, 'role' | 'scope'> = {}): Promise<Principal> {
    const { authorization, cookie, arrival } = presented
    const isAnonymous = authorization === undefined && cookie === undefined && arrival?.values('signature-input') === undefined
    if (!isAnonymous) await this.caughtUp()
    return this.#verifier.authenticate(presented, { freshness: 'strict', ...requirement })
  }

  ready(): Promise<void> {
    return this.#verifier.ready()
  }

  status(): VerifierStatus {
    return this.#verifier.status()
  }

  close(): void {
    this.#verifier.close()
  }

  /**
   * Our own replica, once it knows whatever was committed before the call.
   *
   * @throws {AuthError} `revocation_unknown`; `unavailable` when the log cannot be read.
   */
  async caughtUp(): Promise<Replica> {
    const { position } = await this.#log.head()
    const replica = this.#feed.replica
    if (replica === undefined) throw new AuthError('revocation_unknown', { position })
    if (replica.position >= position || (await replica.waitFor(position, CATCH_UP_MS))) return replica
    throw new AuthError('revocation_unknown', { position })
  }
}
