import {
  type Attributes,
  context,
  type Context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { version } from '../version.ts'
import { readTraceParent, traceParentOf } from './trace-parent.ts'

/** Does nothing until an SDK of OpenTelemetry is registered in this process, be it before or after this line. */
const tracer: Tracer = trace.getTracer('@countersign/server', version)

/** What an operator has registered (a sampler, a processor) may throw: no request, and nobody who waits behind it, fails with that. */
function quietly(tell: () => void): void {
  try {
    tell()
  } catch {
    // Then there is less to be seen in the traces.
  }
}

function begin(name: string, options: SpanOptions, parent?: Context): Span {
  try {
    return tracer.startSpan(name, options, parent)
  } catch {
    return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
  }
}

/** Where a line of the log belongs. */
export interface TracePlace {
  readonly trace_id: string
  readonly span_id: string
}

function placeOf(span: Span | undefined): TracePlace | undefined {
  const own = span?.spanContext()
  return own === undefined || !isSpanContextValid(own) ? undefined : { trace_id: own.traceId, span_id: own.spanId }
}

/** Where this is called; undefined where there is no trace. */
export const activePlace = (): TracePlace | undefined => placeOf(trace.getActiveSpan())

/** Notes something about the request that is being answered. */
export const noteActive = (name: string, value: string): void => void trace.getActiveSpan()?.setAttribute(name, value)

/** A request, from its arrival to the head of its answer. */
export class RequestSpan {
  readonly #span: Span
  readonly #parent: Context
  readonly place: TracePlace | undefined

  /** @param method One that is known, or `other`. */
  constructor(headers: Headers, method: string) {
    const remote = readTraceParent(headers)
    this.#parent = remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote)
    const attributes = { 'http.request.method': method === 'other' ? '_OTHER' : method }
    this.#span = begin(method, { kind: SpanKind.SERVER, attributes }, this.#parent)
    // Without an SDK the span is the caller's own, if they sent one: then the lines of the log say so.
    this.place = placeOf(this.#span)
  }

  /** Does the work as part of the span. Without an SDK it is merely done. */
  run<Result>(work: () => Result): Result {
    return this.place === undefined ? work() : context.with(trace.setSpan(this.#parent, this.#span), work)
  }

  note(name: string, value: string): void {
    this.#span.setAttribute(name, value)
  }

  /** @param route The template; undefined where nothing stands at the address. */
  end(method: string, route: string | undefined, status: number): void {
    quietly(() => this.#end(method, route, status))
  }

  #end(method: string, route: string | undefined, status: number): void {
    if (this.#span.isRecording()) {
      if (route !== undefined) this.#span.updateName(`${method} ${route}`).setAttribute('http.route', route)
      this.#span.setAttribute('http.response.status_code', status)
      // Who is refused has made the mistake: the status of a server's span tells of the server's own.
      if (status >= 500) this.#span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', String(status))
    }
    this.#span.end()
  }
}

export interface Piece {
  end(failed: boolean): void
}

/** Begins a span below the active one. Undefined where there is none: what the server does by the clock makes no traces. */
export function beginPiece(name: string, attributes: Attributes): Piece | undefined {
  if (trace.getActiveSpan() === undefined) return undefined
  const span = begin(name, { attributes })
  return {
    end: (failed) =>
      quietly(() => {
        if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      }),
  }
}

export interface OutgoingPiece {
  /** For the other side, where there is a trace. */
  readonly traceParent: string | undefined
  end(status: number | undefined): void
}

/** Begins the span of a call to somebody else; where nothing is active, in a trace of its own. Neither path nor query stand in it: they may be secret. */
export function beginOutgoing(method: string, url: URL | null): OutgoingPiece {
  const host = url === null ? {} : { 'server.address': url.hostname, 'url.scheme': url.protocol.slice(0, -1) }
  const span = begin(method, { kind: SpanKind.CLIENT, attributes: { 'http.request.method': method, ...host } })
  const own = span.spanContext()
  return {
    traceParent: isSpanContextValid(own) ? traceParentOf(own) : undefined,
    end: (status) =>
      quietly(() => {
        if (status !== undefined) span.setAttribute('http.response.status_code', status)
        // A client's span tells of every answer that is no success (semantic conventions for HTTP).
        if (status === undefined || status >= 400) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      }),
  }
}
