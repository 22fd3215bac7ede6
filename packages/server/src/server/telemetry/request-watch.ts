import type { Clock } from 'countersign/core'
import { type ServerMetrics, statusClass } from './server-metrics.ts'
import { RequestSpan, type TracePlace } from './traces.ts'

/** A method can be any word: of others than these nobody is told. */
const knownMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** Nothing stands at the address. */
const UNMATCHED = 'unmatched'

/** One request, as it is measured: by the template of its route, never by its address. */
export class RequestWatch {
  readonly #metrics: ServerMetrics
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #method: string
  readonly #span: RequestSpan
  #route: string | undefined

  constructor(request: Request, metrics: ServerMetrics, clock: Clock) {
    this.#metrics = metrics
    this.#clock = clock
    this.#startedMs = clock.monotonicMs()
    this.#method = knownMethods.has(request.method) ? request.method : 'other'
    this.#span = new RequestSpan(request.headers, this.#method)
  }

  /** It has come to this route. @param template `/v1/users/{id}`, from our own tables. */
  at(template: string): void {
    this.#route = template
  }

  /** Where it stands in a trace, for the lines of the log; undefined where it is in none. */
  get place(): TracePlace | undefined {
    return this.#span.place
  }

  /** Does the work as part of the trace. */
  run<Result>(work: () => Result): Result {
    return this.#span.run(work)
  }

  /** Its id stands in the log. */
  named(requestId: string): void {
    this.#span.note('countersign.request_id', requestId)
  }

  end(status: number): void {
    this.#span.end(this.#method, this.#route, status)
    const route = this.#route ?? UNMATCHED
    this.#metrics.requests.add(route, this.#method, statusClass(status))
    this.#metrics.requestSeconds.observe((this.#clock.monotonicMs() - this.#startedMs) / 1000, route, this.#method)
  }
}
