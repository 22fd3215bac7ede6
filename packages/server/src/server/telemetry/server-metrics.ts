import type { MetricFamily } from 'countersign/core'
import { Counter, DURATIONS, Histogram } from './instrument.ts'

/** Powers of two, up to the largest group. */
const GROUPS: readonly number[] = Object.freeze([1, 2, 4, 8, 16, 32, 64, 128, 256])
/** From the commit to the last subscriber: tens of microseconds where nothing is wrong. */
const PROPAGATION: readonly number[] = Object.freeze([0.0001, 0.00025, ...DURATIONS])

/**
 * Everything that this server counts while it works. Each label has a closed set of values, which stands in our own source or in the
 * configuration: routes by their templates, refusals by their codes, jobs and couriers by their names. Nothing that somebody has sent becomes a
 * label, so that nobody can make the numbers grow, or read in them who was there.
 */
export class ServerMetrics {
  readonly requests: Counter<readonly ['route', 'method', 'status']> = new Counter(
    'countersign_http_requests_total',
    'Requests answered, by the template of the route, the method and the class of the status; what is no HTTP, or too large a head, comes to no route and is not counted.',
    ['route', 'method', 'status'],
  )
  readonly requestSeconds: Histogram<readonly ['route', 'method']> = new Histogram(
    'countersign_http_request_duration_seconds',
    'From the arrival of a request to the head of its answer.',
    ['route', 'method'],
  )
  readonly refusals: Counter<readonly ['code']> = new Counter(
    'countersign_refusals_total',
    'Requests refused, by the code of the refusal; errors of the OAuth protocol are told by their route and status alone.',
    ['code'],
  )
  readonly signIns: Counter<readonly ['outcome']> = new Counter(
    'countersign_sign_ins_total',
    'Attempts to sign in: `succeeded`, in whatever way; or the code of the refusal, of those with a password, a second factor or a mailed link. A refused passkey, OPAQUE proof, answer of a provider or mistyped code is among the refusals alone.',
    ['outcome'],
  )
  readonly refreshes: Counter<readonly ['outcome']> = new Counter(
    'countersign_refreshes_total',
    'Refreshes of sessions: `rotated`, `repeated` (the same successor again), or the code of the refusal.',
    ['outcome'],
  )
  readonly tokens: Counter<readonly ['grant']> = new Counter(
    'countersign_access_tokens_issued_total',
    'Access tokens issued, by what they were issued for.',
    ['grant'],
  )
  readonly throttleRefusals: Counter = new Counter(
    'countersign_throttle_refusals_total',
    'Attempts that had to wait before a secret was looked at, and requests of strangers before anything was kept of them.',
    [],
  )
  readonly passwordWaitSeconds: Histogram = new Histogram(
    'countersign_password_wait_seconds',
    'How long a password waited for its turn to be hashed.',
    [],
  )
  readonly passwordHashSeconds: Histogram = new Histogram(
    'countersign_password_hash_duration_seconds',
    'How long hashing a password took.',
    [],
  )
  readonly logEntries: Counter<readonly ['kind', 'target', 'mode']> = new Counter(
    'countersign_log_entries_total',
    'Entries of the revocation log that this server has told its subscribers, whichever server has written them.',
    ['kind', 'target', 'mode'],
  )
  readonly propagationSeconds: Histogram = new Histogram(
    'countersign_feed_propagation_seconds',
    'From a commit of this server to the moment in which every subscriber was sent its entries.',
    [],
    PROPAGATION,
  )
  readonly replayClaims: Counter<readonly ['outcome']> = new Counter(
    'countersign_replay_claims_total',
    'What may be used once: `first`, `repeated`, or `failed` where nobody could tell.',
    ['outcome'],
  )
  readonly transactionSeconds: Histogram<readonly ['kind']> = new Histogram(
    'countersign_database_transaction_duration_seconds',
    'From asking for a transaction to its end; what it waited for included.',
    ['kind'],
  )
  readonly groupUnits: Histogram = new Histogram(
    'countersign_database_group_commit_units',
    'SQLite: how many units of work shared one commit.',
    [],
    GROUPS,
  )
  readonly connectionWaitSeconds: Histogram = new Histogram(
    'countersign_database_connection_wait_seconds',
    'PostgreSQL: how long a transaction waited for a connection.',
    [],
  )
  readonly jobRuns: Counter<readonly ['job', 'outcome']> = new Counter(
    'countersign_job_runs_total',
    'Runs of the jobs of the server: `done` or `failed`.',
    ['job', 'outcome'],
  )
  readonly jobSeconds: Histogram<readonly ['job']> = new Histogram('countersign_job_duration_seconds', 'How long a run of a job took.', [
    'job',
  ])
  readonly deliveries: Counter<readonly ['kind', 'outcome']> = new Counter(
    'countersign_deliveries_total',
    'Attempts to deliver webhooks, mails, logout tokens and security events: `delivered`, `failed` (tried again later) or `refused`.',
    ['kind', 'outcome'],
  )
  readonly outgoingSeconds: Histogram<readonly ['outcome']> = new Histogram(
    'countersign_outgoing_request_duration_seconds',
    'HTTP requests of this server to others, by the class of their status, or `failed`.',
    ['outcome'],
  )

  /** What an alert is likely to wait for is there before it happens first: a number that comes into being has not grown. */
  constructor() {
    for (const outcome of ['succeeded', 'credentials_invalid', 'rate_limited']) this.signIns.begin(outcome)
    for (const outcome of ['rotated', 'repeated', 'refresh_reused']) this.refreshes.begin(outcome)
    for (const outcome of ['first', 'repeated', 'failed']) this.replayClaims.begin(outcome)
    for (const code of ['internal', 'overloaded', 'unavailable', 'revocation_unknown']) this.refusals.begin(code)
  }

  /** In the order of the documents. */
  get instruments(): ReadonlyArray<{ readonly family: MetricFamily; readonly labels: readonly string[] }> {
    return [
      this.requests,
      this.requestSeconds,
      this.refusals,
      this.signIns,
      this.refreshes,
      this.tokens,
      this.throttleRefusals,
      this.passwordWaitSeconds,
      this.passwordHashSeconds,
      this.logEntries,
      this.propagationSeconds,
      this.replayClaims,
      this.transactionSeconds,
      this.groupUnits,
      this.connectionWaitSeconds,
      this.jobRuns,
      this.jobSeconds,
      this.deliveries,
      this.outgoingSeconds,
    ]
  }

  get families(): readonly MetricFamily[] {
    return this.instruments.map(({ family }) => family)
  }
}

/** `2xx`: one of five, or `other`: whoever we call may answer with any three digits. */
export const statusClass = (status: number): string => (status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : 'other')
