import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { context as contexts, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { until } from './patience.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'
import { RecordedSpan, SpanRecorder } from './span-recorder.ts'
import { WebhookEndpointWorld } from './webhook-receiver.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'
const TRACE_PARENT = `00-${TRACE}-${CALLER}-01`

suite('the traces of a server', () => {
  let spans: SpanRecorder
  let world: ServerWorld
  before(async () => {
    // As `--import` does: an SDK that nobody has told of Countersign.
    spans = SpanRecorder.register()
    world = await ServerWorld.open({ deliveryNetworks: ['127.0.0.1'] })
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    spans[Symbol.dispose]()
  })

  /** What a piece of work leaves: the span of its request, and what stands below it. */
  async function traced(
    work: () => Promise<unknown>,
  ): Promise<{ readonly request: RecordedSpan; readonly below: readonly RecordedSpan[] }> {
    spans.reset()
    await work()
    const found = spans.ended
    const request = found.find(({ kind }) => kind === SpanKind.SERVER)
    assert.ok(request !== undefined)
    const { spanId } = request.spanContext()
    return { request, below: found.filter(({ parent }) => parent?.spanId === spanId) }
  }

  test('[J04] a request is a span by its template, with its status and refusal, and nothing of whom it is about', async () => {
    const { request } = await traced(() => world.ask('GET', '/v1/users/usr_secretly?of=secretly', { token: 'secretly' }))
    assert.equal(request.name, 'GET /v1/users/{id}')
    const { 'countersign.request_id': requestId, ...attributes } = request.attributes
    assert.match(String(requestId), /^req_/)
    assert.deepEqual(attributes, {
      'http.request.method': 'GET',
      'http.route': '/v1/users/{id}',
      'http.response.status_code': 401,
      'countersign.refusal': 'credential_malformed',
    })
    assert.equal(request.status.code, SpanStatusCode.UNSET)
    assert.ok(!JSON.stringify([request.name, request.attributes]).includes('secretly'))
  })

  test('[J04] below a sign-in stand the hash of the password and what the database did, and lines of the log say to which trace they belong', async () => {
    const { email } = await world.person()
    const body = { email, password: 'not the password' }
    const { request, below } = await traced(() => world.ask('POST', '/v1/sessions', { body }))
    const names = below.map(({ name }) => name)
    assert.ok(names.includes('password hash'))
    assert.ok(names.includes('database transaction'))
    const { traceId: trace_id, spanId: span_id } = request.spanContext()
    const line = world.lines.map((each) => JSON.parse(each)).findLast(({ msg }) => msg === 'a request was refused')
    assert.deepEqual([line.trace_id, line.span_id, line.code], [trace_id, span_id, 'credentials_invalid'])
    assert.doesNotMatch(JSON.stringify(below.map(({ name, attributes }) => [name, attributes])), /@|password\b.*correct/)
  })

  test('[J04] a trace that comes in goes on here; what is no traceparent begins one', async () => {
    const get = (headers: Record<string, string>) => traced(() => world.ask('GET', '/healthz', { headers }))
    const { request } = await get({ traceparent: TRACE_PARENT, tracestate: 'vendor=1', baggage: 'user=secretly' })
    assert.equal(request.spanContext().traceId, TRACE)
    assert.equal(request.parent?.spanId, CALLER)
    for (const traceparent of [
      '00-x',
      `ff-${TRACE}-${CALLER}-01`,
      `00-${'0'.repeat(32)}-${CALLER}-01`,
      `${TRACE_PARENT}-${'x'.repeat(200)}`,
    ]) {
      const { request: begun } = await get({ traceparent })
      assert.notEqual(begun.spanContext().traceId, TRACE)
      assert.equal(begun.parent, undefined)
    }
  })

  test('[J04] a call to somebody else is a span, and takes the trace along, but nothing of tracestate and baggage', async (context) => {
    const receiver = await WebhookEndpointWorld.open()
    context.after(() => receiver.close())
    const made = await world.local('POST', '/v1/webhook-endpoints', { url: `${receiver.url}?of=secretly`, events: ['webhook.test'] })
    const { below } = await traced(() => world.local('POST', `/v1/webhook-endpoints/${made.body.webhook_endpoint.id}/test`))
    const call = below.find(({ kind }) => kind === SpanKind.CLIENT)
    const { traceId, spanId } = call?.spanContext() ?? {}
    const [heard] = receiver.arrived
    assert.equal(heard?.headers['traceparent'], `00-${traceId}-${spanId}-01`)
    assert.deepEqual([heard?.headers['baggage'], heard?.headers['tracestate']], [undefined, undefined])
    assert.deepEqual(call?.attributes, {
      'http.request.method': 'POST',
      'server.address': '127.0.0.1',
      'url.scheme': 'http',
      'http.response.status_code': 204,
    })
  })

  test('[J04] what others are told of a change is no part of the trace of whoever made it, nor do they hear of that trace', async (context) => {
    const receiver = await WebhookEndpointWorld.open()
    context.after(() => receiver.close())
    await world.local('POST', '/v1/webhook-endpoints', { url: receiver.url, events: ['user.created'] })
    spans.reset()
    const emails = ['one', 'two', 'three', 'four'].map((name) => `${name}@traces.example`)
    const headers = { traceparent: TRACE_PARENT }
    await Promise.all(
      emails.map((email, at) => world.ask('POST', '/v1/users', { body: { email, password: PASSWORD }, ...(at === 0 ? { headers } : {}) })),
    )
    await until('all are delivered', () => receiver.arrived.length >= emails.length)
    const requests = spans.ended.filter(({ kind }) => kind === SpanKind.SERVER).map((span) => span.spanContext().traceId)
    assert.ok(requests.includes(TRACE))
    for (const { headers: heard } of receiver.arrived)
      assert.ok(!requests.some((id) => heard['traceparent']?.includes(id)), heard['traceparent'])
    const { length } = spans.ended.filter((span) => span.spanContext().traceId === TRACE && span.kind !== SpanKind.SERVER)
    assert.ok(length <= 5, `${length} pieces of work in one request`)
  })

  test('[J04] what a server does by itself is no part of the trace in which somebody has made it', async () => {
    const maker = spans.startSpan('who embeds it')
    await using other = await contexts.with(trace.setSpan(ROOT_CONTEXT, maker), () => ServerWorld.open())
    const { traceId } = maker.spanContext()
    assert.deepEqual(
      spans.ended.filter((span) => span.spanContext().traceId === traceId).map(({ name }) => name),
      [],
    )
    assert.equal((await other.ask('GET', '/healthz')).status, 200)
  })

  test('[J04] a sampler or a processor that fails breaks no request, and nobody who shares its commit', async (context) => {
    const { email } = await world.person()
    context.mock.method(spans, 'startSpan', () => {
      throw new Error('a sampler of somebody')
    })
    const ask = () => world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } })
    const statuses = (await Promise.all([ask(), ask(), ask(), ask()])).map(({ status }) => status)
    context.mock.restoreAll()
    context.mock.method(RecordedSpan.prototype, 'end', () => {
      throw new Error('a processor of somebody')
    })
    statuses.push(...(await Promise.all([ask(), ask(), ask(), ask()])).map(({ status }) => status))
    context.mock.restoreAll()
    assert.deepEqual([...new Set(statuses)], [201])
  })

  test('[J04] concurrent requests keep their traces apart', async () => {
    const people = await Promise.all([world.person(), world.person(), world.person()])
    spans.reset()
    await Promise.all(people.map(({ email }) => world.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } })))
    const found = spans.ended
    const hashes = found.filter(({ name }) => name === 'password hash')
    assert.equal(hashes.length, 3)
    assert.equal(new Set(hashes.map((span) => span.spanContext().traceId)).size, 3)
  })
})
