import type { Clock, RefusalCode } from 'countersign/core'
import type { PasswordHasher } from '../../account/index.ts'
import type { OutboundWatch } from '../../delivery/index.ts'
import type { Told } from '../../revocation/index.ts'
import type { SessionEvent, SessionsOptions, TokenGrant } from '../../session/index.ts'
import type { StoreObserver } from '../../store/index.ts'
import { RequestWatch } from './request-watch.ts'
import { ServerMetrics, statusClass } from './server-metrics.ts'
import { beginOutgoing, beginPiece, noteActive } from './traces.ts'

/** What the server tells of its own work, in numbers and, where an SDK of OpenTelemetry is registered, in traces. Every part tells it what happens; nothing in it decides anything, and nothing in it throws. */
export class Telemetry {
  readonly metrics: ServerMetrics = new ServerMetrics()
  readonly #clock: Clock
  #heartbeatMs: number | undefined
  #hasher: Pick<PasswordHasher, 'load'> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Answers a request under watch. */
  async request(request: Request, answer: (watch: RequestWatch) => Response | Promise<Response>): Promise<Response> {
    const watch = new RequestWatch(request, this.metrics, this.#clock)
    let status = 500
    try {
      const response = await watch.run(() => answer(watch))
      status = response.status
      return response
    } finally {
      watch.end(status)
    }
  }

  refused(code: RefusalCode): void {
    this.metrics.refusals.add(code)
    noteActive('countersign.refusal', code)
  }

  sessionEvent({ type }: SessionEvent): void {
    if (type === 'signed_in') this.metrics.signIns.add('succeeded')
  }

  signInFailed(code: RefusalCode): void {
    this.metrics.signIns.add(code)
  }

  refreshed(outcome: Parameters<NonNullable<SessionsOptions['onRefresh']>>[0]): void {
    this.metrics.refreshes.add(outcome)
  }

  tokenIssued(grant: TokenGrant | OAuthGrant): void {
    this.metrics.tokens.add(grant)
  }

  /** Whose queue is looked at. */
  watchPasswords(hasher: Pick<PasswordHasher, 'load'>): void {
    this.#hasher = hasher
  }

  get passwordLoad(): PasswordHasher['load'] {
    return this.#hasher?.load ?? { running: 0, waiting: 0 }
  }

  /** A password has got its turn to be hashed. */
  passwordTurn(waitedMs: number): (failed: boolean) => void {
    this.metrics.passwordWaitSeconds.observe(waitedMs / 1000)
    return this.#piece('password hash', {}, (seconds) => this.metrics.passwordHashSeconds.observe(seconds))
  }

  /** The subscribers were told. */
  told(told: Told): void {
    if (told.type === 'heartbeat') {
      this.#heartbeatMs = this.#clock.monotonicMs()
      return
    }
    for (const { kind, target, mode } of told.entries) this.metrics.logEntries.add(kind, target.kind, mode)
    if (told.sinceHeardMs !== undefined) this.metrics.propagationSeconds.observe(told.sinceHeardMs / 1000)
  }

  /** Since the last heartbeat of this server; undefined before the first. */
  get heartbeatAgeSeconds(): number | undefined {
    return this.#heartbeatMs === undefined ? undefined : (this.#clock.monotonicMs() - this.#heartbeatMs) / 1000
  }

  delivered(kind: string, outcome: string): void {
    this.metrics.deliveries.add(kind, outcome)
  }

  /** Runs a job of the server. */
  async job(name: string, run: () => Promise<void>): Promise<void> {
    const ended = this.#timer((seconds) => this.metrics.jobSeconds.observe(seconds, name))
    let outcome = 'failed'
    try {
      await run()
      outcome = 'done'
    } finally {
      this.metrics.jobRuns.add(name, outcome)
      ended()
    }
  }

  /** A call to somebody else. @returns what goes with it, and what is told when it has ended: without a status where there was no answer. */
  outgoing(method: string, url: URL | null): OutboundWatch {
    const span = beginOutgoing(method, url)
    const startedMs = this.#clock.monotonicMs()
    let isOver = false
    return {
      headers: span.traceParent === undefined ? {} : { traceparent: span.traceParent },
      ended: (status) => {
        // A connection may break after its answer has begun.
        if (isOver) return
        isOver = true
        span.end(status)
        const outcome = status === undefined ? 'failed' : statusClass(status)
        this.metrics.outgoingSeconds.observe((this.#clock.monotonicMs() - startedMs) / 1000, outcome)
      },
    }
  }

  /** For the databases. */
  get database(): StoreObserver {
    const { transactionSeconds, groupUnits, connectionWaitSeconds } = this.metrics
    return {
      transaction: (kind) =>
        this.#piece('database transaction', { 'db.operation.name': kind }, (seconds) => transactionSeconds.observe(seconds, kind)),
      group: (units) => groupUnits.observe(units),
      connection: () => this.#timer((seconds) => connectionWaitSeconds.observe(seconds)),
    }
  }

  /** As `#timer`, with a span where there is a trace. */
  #piece(name: string, attributes: Readonly<Record<string, string>>, tell: (seconds: number) => void): (failed: boolean) => void {
    const ended = this.#timer(tell)
    const span = beginPiece(name, attributes)
    if (span === undefined) return ended
    return (failed) => {
      ended()
      span.end(failed)
    }
  }

  #timer(tell: (seconds: number) => void): () => void {
    const startedMs = this.#clock.monotonicMs()
    return () => tell((this.#clock.monotonicMs() - startedMs) / 1000)
  }
}

/** For what applications of others are given tokens, by `grant_type`. */
const oauthGrants = {
  authorization_code: 'authorization_code',
  refresh_token: 'refresh_token',
  client_credentials: 'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code': 'device_code',
} as const

export type OAuthGrant = (typeof oauthGrants)[keyof typeof oauthGrants] | 'other'

export function oauthGrantOf(grantType: string): OAuthGrant {
  return Object.hasOwn(oauthGrants, grantType) ? oauthGrants[grantType as keyof typeof oauthGrants] : 'other'
}
