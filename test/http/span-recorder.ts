// An SDK of OpenTelemetry as small as can be: what it is asked for it hands out, what has ended it keeps.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import {
  type Attributes,
  type AttributeValue,
  type Context,
  context as contexts,
  type ContextManager,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'

/** One span, which records what it is told. */
export class RecordedSpan implements Span {
  name: string
  readonly kind: SpanKind
  readonly parent: SpanContext | undefined
  readonly attributes: Record<string, unknown> = {}
  status: SpanStatus = { code: SpanStatusCode.UNSET }
  readonly #own: SpanContext
  readonly #ended: (span: RecordedSpan) => void
  #isOver = false

  constructor(
    name: string,
    { kind = SpanKind.INTERNAL, attributes = {} }: SpanOptions,
    parent: SpanContext | undefined,
    ended: (span: RecordedSpan) => void,
  ) {
    this.name = name
    this.kind = kind
    this.parent = parent
    this.#ended = ended
    const spanId = randomBytes(8).toString('hex')
    this.#own = { traceId: parent?.traceId ?? randomBytes(16).toString('hex'), spanId, traceFlags: TraceFlags.SAMPLED }
    this.setAttributes(attributes)
  }

  spanContext(): SpanContext {
    return this.#own
  }

  setAttribute(name: string, value: AttributeValue): this {
    this.attributes[name] = value
    return this
  }

  setAttributes(attributes: Attributes): this {
    Object.assign(this.attributes, attributes)
    return this
  }

  setStatus(status: SpanStatus): this {
    this.status = status
    return this
  }

  updateName(name: string): this {
    this.name = name
    return this
  }

  end(): void {
    if (this.#isOver) throw new Error(`the span ${this.name} has ended twice`)
    this.#isOver = true
    this.#ended(this)
  }

  isRecording(): boolean {
    return !this.#isOver
  }

  addEvent(): this {
    return this
  }

  addLink(): this {
    return this
  }

  addLinks(): this {
    return this
  }

  recordException(): void {}
}

/** Registered for the whole process, as an SDK is, until it is disposed of. */
export class SpanRecorder implements TracerProvider, Tracer, ContextManager, Disposable {
  readonly #storage = new AsyncLocalStorage<Context>()
  #ended: RecordedSpan[] = []

  static register(): SpanRecorder {
    const recorder = new SpanRecorder()
    if (!trace.setGlobalTracerProvider(recorder) || !contexts.setGlobalContextManager(recorder)) throw new Error('there is an SDK already')
    return recorder
  }

  /** What has ended since the last call of `reset`. */
  get ended(): readonly RecordedSpan[] {
    return this.#ended
  }

  reset(): void {
    this.#ended = []
  }

  getTracer(): Tracer {
    return this
  }

  startSpan(name: string, options: SpanOptions = {}, context: Context = this.active()): Span {
    return new RecordedSpan(name, options, trace.getSpanContext(context), (span) => void this.#ended.push(span))
  }

  startActiveSpan(): never {
    throw new Error('nothing of ours asks for that')
  }

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT
  }

  with<Arguments extends unknown[], Work extends (...given: Arguments) => ReturnType<Work>>(
    context: Context,
    work: Work,
    self?: ThisParameterType<Work>,
    ...given: Arguments
  ): ReturnType<Work> {
    return this.#storage.run(context, () => work.call(self, ...given))
  }

  bind<Target>(_context: Context, target: Target): Target {
    return target
  }

  enable(): this {
    return this
  }

  disable(): this {
    this.#storage.disable()
    return this
  }

  [Symbol.dispose](): void {
    trace.disable()
    contexts.disable()
  }
}
