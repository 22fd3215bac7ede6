import { createTraceState, type SpanContext, TraceFlags } from '@opentelemetry/api'

/** Of version 00 it has 55 characters; a later version may have more behind them. */
const LONGEST_PARENT = 128
/** As much as W3C Trace Context section 3.3.1.5 asks of everybody. */
const LONGEST_STATE = 512
const FORM = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/
const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/**
 * The place in somebody's trace from which a request comes (W3C Trace Context, `traceparent` and `tracestate`). What is not of their form, or too
 * long, is passed over: the trace begins here.
 */
export function readTraceParent(headers: Headers): SpanContext | undefined {
  const parent = headers.get('traceparent')
  if (parent === null || parent.length > LONGEST_PARENT) return undefined
  const [, version, traceId = NO_TRACE, spanId = NO_SPAN, flags = '00', rest] = FORM.exec(parent) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (traceId === NO_TRACE || spanId === NO_SPAN) return undefined
  const state = headers.get('tracestate')
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  const context = { traceId, spanId, traceFlags, isRemote: true }
  return state === null || state.length > LONGEST_STATE ? context : { ...context, traceState: createTraceState(state) }
}

/** `traceparent` of a call that belongs to this span. What others have put into `tracestate` and `baggage` goes to nobody. */
export const traceParentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`
