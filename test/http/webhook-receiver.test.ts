// Webhooks in: the receiver behind the four adapters and plain fetch, with bodies that parsers have or have not touched.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { type Clock, ManualClock } from 'countersign/core'
import { webhooks as expressWebhooks } from 'countersign/express'
import { webhooks as fastifyWebhooks } from 'countersign/fastify'
import { webhooks as fetchWebhooks } from 'countersign/fetch'
import { webhooks as honoWebhooks } from 'countersign/hono'
import { webhooks as nodeWebhooks } from 'countersign/node'
import { MemoryReplayStore } from 'countersign/replay'
import {
  createWebhookReceiver,
  newWebhookSecret,
  signStripeWebhook,
  signWebhook,
  stripeSecret,
  type WebhookClaims,
  type WebhookHandler,
  type WebhookReceiver,
  webhookPublicKeyText,
  webhookSecret,
  webhookSigningKey,
} from 'countersign/webhook'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { Webhook } from 'standardwebhooks'
import { listening, listeningFetch, type Mounted } from './listening.ts'

const NOW = 1_800_000_000_000
const SECRET = newWebhookSecret()
/** Written as no parser of ours would write it again. */
const BODY = '{ "type": "order.paid",\n "amount": 10.0, "name": "\\u00fc" }'

function receiverWith(clock: Clock, change: Partial<Parameters<typeof createWebhookReceiver>[0]> = {}): WebhookReceiver {
  return createWebhookReceiver({ form: 'standard', keys: [SECRET], clock, claims: new MemoryReplayStore({ clock }), ...change })
}

const signed = (id: string, body = BODY, at = NOW, secret = SECRET): Record<string, string> => ({
  ...signWebhook({ id, sentAt: at / 1000, body }, [webhookSecret(secret)]),
  'content-type': 'application/json',
})

type Serve = (receiver: WebhookReceiver, handler: WebhookHandler, parsesFirst: boolean) => Promise<Mounted>

const services: Readonly<Record<string, Serve>> = {
  'node:http'(receiver, handler, parsesFirst) {
    const receive = nodeWebhooks(receiver, handler)
    return listening(
      createServer((request, response) => {
        const go = (): void => void receive(request, response).catch(({ message }: Error) => response.writeHead(500).end(message))
        if (parsesFirst) request.on('data', () => undefined).on('end', go)
        else go()
      }),
    )
  },
  Express(receiver, handler, parsesFirst) {
    const app = express()
    if (parsesFirst) app.use(express.json())
    app.post('/', expressWebhooks(receiver, handler))
    app.use(express.json())
    app.use((error: Error, _request: unknown, response: express.Response, _next: unknown) => void response.status(500).send(error.message))
    return listening(createServer(app))
  },
  async Fastify(receiver, handler, parsesFirst) {
    const app = fastify()
    const receive = fastifyWebhooks(receiver, handler)
    app.setErrorHandler((error: Error, _request, reply) => void reply.code(500).send(error.message))
    app.post('/', parsesFirst ? { preHandler: receive } : { onRequest: receive }, async () => 'never')
    await app.ready()
    return listening(app.server)
  },
  Hono(receiver, handler, parsesFirst) {
    const app = new Hono()
    if (parsesFirst) {
      app.use(async ({ req }, next) => {
        await req.json()
        await next()
      })
    }
    app.post('/', honoWebhooks(receiver, handler))
    app.onError((error, context) => context.text(error.message, 500))
    return listeningFetch(app.fetch)
  },
  fetch(receiver, handler, parsesFirst) {
    const receive = fetchWebhooks(receiver, handler)
    return listeningFetch(async (request: Request) => {
      try {
        if (parsesFirst) await request.json()
        return await receive(request)
      } catch (error) {
        return new Response((error as Error).message, { status: 500 })
      }
    })
  },
}

interface Told {
  readonly status: number
  readonly code: string | undefined
  readonly text: string
}

async function post({ port }: Mounted, headers: Record<string, string>, body = BODY): Promise<Told> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })
  const text = await response.text()
  const isProblem = response.headers.get('content-type') === 'application/problem+json'
  return { status: response.status, code: isProblem ? JSON.parse(text).code : undefined, text }
}

for (const [name, serve] of Object.entries(services)) {
  suite(`webhooks behind ${name}`, () => {
    test('[F04] a message is verified over its very bytes and handled once; copies of it are taken and dropped', async () => {
      const bodies: string[] = []
      const mounted = await serve(receiverWith(new ManualClock(NOW)), ({ body }) => void bodies.push(new TextDecoder().decode(body)), false)
      for (const at of [NOW, NOW, NOW + 60_000]) assert.equal((await post(mounted, signed('evt_1', BODY, at))).status, 204)
      const together = await Promise.all(Array.from({ length: 8 }, () => post(mounted, signed('evt_2'))))
      assert.ok(together.every(({ status }) => status === 204))
      assert.deepEqual(bodies, [BODY, BODY])
      await mounted.close()
    })

    test('[F04] what is forged, changed, late, early, unsigned or too large is refused, and never handled', async () => {
      let handled = 0
      const mounted = await serve(receiverWith(new ManualClock(NOW), { bodyLimitBytes: 1000 }), () => void (handled += 1), false)
      const { 'webhook-signature': _signature, ...unsigned } = signed('evt_1')
      const cases: readonly (readonly [headers: Record<string, string>, body: string, status: number, code: string])[] = [
        [signed('evt_1', BODY, NOW, newWebhookSecret()), BODY, 401, 'signature_invalid'],
        [signed('evt_1'), JSON.stringify(JSON.parse(BODY)), 401, 'signature_invalid'],
        [{ ...signed('evt_1'), 'webhook-id': 'evt_2' }, BODY, 401, 'signature_invalid'],
        [signed('evt_1', BODY, NOW - 301_000), BODY, 401, 'request_expired'],
        [signed('evt_1', BODY, NOW + 301_000), BODY, 401, 'request_expired'],
        [unsigned, BODY, 401, 'credential_missing'],
        [signed('evt_1', 'x'.repeat(1001)), 'x'.repeat(1001), 413, 'content_too_large'],
      ]
      for (const [headers, body, status, code] of cases) {
        const told = await post(mounted, headers, body)
        assert.deepEqual([told.status, told.code], [status, code])
      }
      assert.equal(handled, 0)
      assert.equal((await post(mounted, signed('evt_1'))).status, 204)
      assert.equal(handled, 1)
      await mounted.close()
    })

    test('[F04] where a parser was there first it is said so, and nothing is handled', async () => {
      let handled = 0
      const mounted = await serve(receiverWith(new ManualClock(NOW)), () => void (handled += 1), true)
      const { status, text } = await post(mounted, signed('evt_1'))
      assert.equal(status, 500)
      assert.match(text, /a signature speaks for the bytes, and those are gone once they were (parsed|read)/)
      assert.equal(handled, 0)
      await mounted.close()
    })

    test('[F04] a message whose handling has failed is handled when it comes again', async () => {
      let tries = 0
      const handler = (): void => {
        tries += 1
        if (tries < 3) throw new Error('the database is away')
      }
      const mounted = await serve(receiverWith(new ManualClock(NOW)), handler, false)
      const statuses: number[] = []
      for (let n = 0; n < 4; n++) statuses.push((await post(mounted, signed('evt_1'))).status)
      assert.deepEqual(statuses, [500, 500, 204, 204])
      assert.equal(tries, 3)
      await mounted.close()
    })
  })
}

suite('the receiver of webhooks', () => {
  const values = (headers: Readonly<Record<string, string>>) => (name: string) =>
    headers[name] === undefined ? undefined : [headers[name]]

  test('[F04] it takes what the independent library signs, and any of several keys, also a public one', async () => {
    const clock = new ManualClock(NOW)
    const own = webhookSigningKey(`whsk_${Buffer.alloc(32, 7).toString('base64')}`)
    const keys = [newWebhookSecret(), webhookPublicKeyText(own), SECRET]
    const taken: string[] = []
    const receiver = receiverWith(clock, { keys })
    const library = new Webhook(SECRET).sign('evt_1', new Date(NOW), BODY)
    const first = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(NOW / 1000), 'webhook-signature': library }
    const second = { ...signWebhook({ id: 'evt_2', sentAt: NOW / 1000, body: BODY }, [own]) }
    for (const headers of [first, second]) {
      assert.equal(await receiver.receive(values(headers), BODY, ({ id }) => void taken.push(id)), 'handled')
    }
    assert.deepEqual(taken, ['evt_1', 'evt_2'])
    assert.throws(() => receiverWith(clock, { keys: [] }), RangeError)
  })

  test("[F04] Stripe's form: the id of the event within the body is what duplicates are dropped by", async () => {
    const clock = new ManualClock(NOW)
    const [old, next] = ['whsec_an_old_secret_of_stripe', 'whsec_a_new_secret_of_stripe']
    const receiver = receiverWith(clock, { form: 'stripe', keys: [old, next] })
    const send = (body: string, secret: string): Promise<string> =>
      receiver.receive(values({ 'stripe-signature': signStripeWebhook(body, NOW / 1000, [stripeSecret(secret)]) }), body, () => undefined)
    assert.equal(await send('{"id":"evt_1","object":"event"}', old), 'handled')
    assert.equal(await send('{"id":"evt_1","object":"event"}', next), 'duplicate')
    assert.equal(await send('{"id":"evt_2","object":"event"}', next), 'handled')
    await assert.rejects(send('{"object":"event"}', next), { code: 'credential_malformed' })
  })

  test('[F04] two processes that share the claims handle a message once; a claim is given back where that is possible', async () => {
    const clock = new ManualClock(NOW)
    const store = new MemoryReplayStore({ clock })
    const released = new Set<string>()
    const claims: WebhookClaims = {
      claim: async (scope, id, until) => released.delete(id) || store.claim(scope, id, until),
      release: async (_scope, id) => void released.add(id),
    }
    const [a, b] = [receiverWith(clock, { claims }), receiverWith(clock, { claims })]
    const headers = values(signed('evt_1'))
    await assert.rejects(
      a.receive(headers, BODY, () => {
        throw new Error('no')
      }),
      /no/,
    )
    let handled = 0
    const outcomes = await Promise.all([a, b, a, b].map((receiver) => receiver.receive(headers, BODY, () => void (handled += 1))))
    assert.deepEqual([handled, outcomes.filter((outcome) => outcome === 'handled').length], [1, 1])
  })

  test('[F04] a copy that comes while the first is handled waits for it, and fails with it', async () => {
    const receiver = receiverWith(new ManualClock(NOW))
    const headers = values(signed('evt_1'))
    let fail = (_error: Error): void => undefined
    const first = receiver.receive(headers, BODY, () => new Promise<void>((_resolve, reject) => void (fail = reject)))
    await new Promise((resolve) => setImmediate(resolve))
    const copy = receiver.receive(headers, BODY, () => undefined)
    fail(new Error('the database is away'))
    await assert.rejects(first, /away/)
    await assert.rejects(copy, /away/)
    assert.equal(await receiver.receive(headers, BODY, () => undefined), 'handled')
  })

  test('[F04] a body that was parsed is named as the mistake it is, and a rewritten one gets a hint in the log', async () => {
    const receiver = receiverWith(new ManualClock(NOW))
    const parsed = JSON.parse(BODY) as never
    await assert.rejects(
      receiver.receive(values(signed('evt_1')), parsed, () => undefined),
      { name: 'TypeError', message: /changed by a parser/ },
    )
    const rewritten = JSON.stringify(parsed)
    await assert.rejects(
      receiver.receive(values(signed('evt_1')), rewritten, () => undefined),
      ({ code, detail }) => code === 'signature_invalid' && detail.hint === 'body_parsed_and_written_again',
    )
  })
})
