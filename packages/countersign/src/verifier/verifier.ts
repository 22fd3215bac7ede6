import type { Cancel } from '../core/platform.ts'
import type { Principal } from '../core/principal.ts'
import type { FreshnessReport, FreshnessState, Position } from '../revocation/index.ts'
import type { PresentedCredentials } from './credential.ts'
import type { DecisionCount } from './decision-counts.ts'
import type { Requirement, RouteRule } from './requirement.ts'
import type { Refusal } from './respond.ts'
import type { ReportCounts } from './verifier-reports.ts'
import type { Watch, WatchEnd } from './watch/watch.ts'

export interface VerifierStatus {
  readonly issuer: string
  readonly state: FreshnessState
  /** Since the last heartbeat of the issuer that could be confirmed; infinite before the first. */
  readonly ageMs: number
  readonly position: Position
  /** Why the verifier is not fresh, where it knows. */
  readonly reason: string | undefined
  /** Open connections that live on a credential: see `watch`. */
  readonly watches: number
  readonly cache: { readonly size: number; readonly hits: number; readonly misses: number }
  /** How often what was decided since the verifier was made: see `verifierMetrics`. */
  readonly decisions: readonly DecisionCount[]
  /** What the issuer was told of this verifier, and how often that failed: nothing waits for it. */
  readonly reports: ReportCounts
}

/** Authenticates requests in this process, against a local replica of the issuer's revocation log. */
export interface Verifier {
  /**
   * Resolves when requests can be answered: keys and the first snapshot are loaded and a heartbeat confirmed them.
   *
   * @throws {Error} when that takes too long; the message says what is missing. The verifier keeps trying.
   */
  ready(): Promise<void>
  /**
   * Who is calling, if they may do what the requirement asks.
   *
   * Does not check anything of the request but its credentials.
   *
   * @throws {AuthError} `credential_missing`, `credential_malformed`, `token_invalid`, `token_expired`, `token_revoked`,
   * `scope_insufficient`, `role_insufficient`, `step_up_required`, `revocation_unknown`; of a signed request also `signature_invalid`,
   * `signature_incomplete`, `digest_mismatch`, `request_expired`, `request_replayed`, `address_not_allowed`, `content_too_large`.
   */
  authenticate(credentials: PresentedCredentials, requirement?: Requirement): Promise<Principal>
  /** As `authenticate`, without a promise where nothing has to be waited for. Throws at once what is refused at once. */
  check(credentials: PresentedCredentials, requirement?: Requirement): Principal | Promise<Principal>
  /**
   * Authenticates as `authenticate`, for what stays open afterwards: a socket, a stream. From then on `onEnd` hears, once, when the
   * credential ends: in the moment in which its revocation is known here; within a second after it has expired, or after less is known
   * of the log than the requirement asks.
   *
   * Does not close anything: that is for `onEnd`. Call the watch's `close` when the connection is gone.
   *
   * Takes tokens only, no signatures.
   *
   * @throws {AuthError} as `authenticate`.
   */
  watch(credentials: PresentedCredentials, requirement: Requirement | undefined, onEnd: WatchEnd): Promise<Watch>
  /**
   * Checks a requirement once, when a guard is made of it.
   *
   * @throws {TypeError | RangeError} A wrong requirement; or one that asks about tokens (`whenStale: 'ask'`, `recheck`) where an issuer of
   * tokens has no `introspection`.
   */
  routeRule(requirement?: Requirement): RouteRule
  /** What the answer to this caller should say of the key that they signed with: headers by name. */
  notices(principal: Principal): Readonly<Record<string, string>> | undefined
  /** Turns what `authenticate` threw into the answer, and tells the `onRefusal` listener about it. */
  refuse(thrown: unknown, requirement?: Requirement): Refusal
  status(): VerifierStatus
  /** The value of `Countersign-Freshness` for an answer that is given now; `undefined` while the verifier is fresh. */
  degradation(): string | undefined
  onFreshnessChange(listener: (freshness: FreshnessReport) => void): Cancel
  /** Ends the feed, and every watch. From then on the verifier gets stale and refuses. */
  close(): void
}
