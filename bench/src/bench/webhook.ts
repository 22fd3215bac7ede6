import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ManualClock, systemClock } from 'countersign/core'
import { MemoryReplayStore } from 'countersign/replay'
import {
  createWebhookReceiver,
  newWebhookSecret,
  signWebhook,
  verifyWebhook,
  webhookPublicKeyText,
  webhookSecret,
  webhookSigningKey,
  webhookKey,
} from 'countersign/webhook'
import { Webhook } from 'standardwebhooks'
import { configFromOptions, serve } from '../../../packages/server/src/index.ts'
import type { Bench, Settings, Table } from '../bench.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import { interleave } from '../harness/interleave.ts'
import { candidate } from '../peer/candidate.ts'

const ENDPOINTS = 100
const MESSAGES = 512

interface Message {
  readonly body: string
  readonly headers: Record<string, string>
}

/** Of the size of our own events, or of a small order. */
function messagesOf(bytes: number, sign: (id: string, body: string) => Record<string, string>): readonly Message[] {
  return Array.from({ length: MESSAGES }, (_, n) => {
    const body = JSON.stringify({ id: `evt_${n}`, type: 'order.paid', data: 'x'.repeat(bytes) })
    return { body, headers: sign(`evt_${n}`, body) }
  })
}

async function measureVerify(bytes: number, settings: Settings): Promise<Table> {
  const text = newWebhookSecret()
  const own = webhookSigningKey(`whsk_${Buffer.alloc(32, 7).toString('base64')}`)
  const now = Math.floor(systemClock.now() / 1000)
  const signed = (key: Parameters<typeof signWebhook>[1][number]) => (id: string, body: string) => ({
    ...signWebhook({ id, sentAt: now, body }, [key]),
  })
  const pool = messagesOf(bytes, signed(webhookSecret(text)))
  const publicPool = messagesOf(bytes, signed(own))
  const keys = [webhookKey(text)]
  const publicKeys = [webhookKey(webhookPublicKeyText(own))]
  const fields = (headers: Record<string, string>) => (name: string) => [headers[name] as string]
  const library = new Webhook(text)
  const clock = new ManualClock(now * 1000)
  const receiver = createWebhookReceiver({ form: 'standard', keys: [text], clock, claims: new MemoryReplayStore({ clock }) })
  const candidates = [
    candidate('countersign verifyWebhook, v1', pool, {
      kind: 'sync',
      call: ({ headers, body }) => verifyWebhook(fields(headers), body, { keys, now }),
    }),
    candidate('standardwebhooks, v1 (parses the body too)', pool, {
      kind: 'sync',
      call: ({ headers, body }) => library.verify(body, headers),
    }),
    candidate('countersign receiver, v1 and claim', pool, {
      kind: 'async',
      call: ({ headers, body }) => receiver.receive(fields(headers), body, () => undefined),
    }),
    candidate('countersign verifyWebhook, v1a', publicPool, {
      kind: 'sync',
      call: ({ headers, body }) => verifyWebhook(fields(headers), body, { keys: publicKeys, now }),
    }),
  ]
  settings.log(`webhook: verifying messages of ${bytes} bytes …`)
  const timings = await interleave(candidates, settings.quick ? { rounds: 5, roundMs: 25 } : { rounds: 11, roundMs: 60 })
  const oursNs = timings[0]?.medianNs ?? Number.NaN
  return {
    title: `verify, ${bytes} bytes of content`,
    columns: [
      { key: 'ns', heading: 'median ns' },
      { key: 'perSecond', heading: 'per second' },
      { key: 'ofOurs', heading: 'times verifyWebhook', digits: 2 },
    ],
    rows: timings.map(({ label, medianNs }) => ({ label, values: { ns: medianNs, perSecond: 1e9 / medianNs, ofOurs: medianNs / oursNs } })),
  }
}

/** A server and its receivers in this one process: every event goes to each of the endpoints. */
async function measureDeliveries(folder: string, settings: Settings): Promise<Table> {
  const events = settings.quick ? 20 : 200
  let arrived = 0
  let finished = (): void => undefined
  const done = new Promise<void>((resolve) => {
    finished = resolve
  })
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(204).end()
      arrived += 1
      if (arrived === events * ENDPOINTS) finished()
    })
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  const config = configFromOptions({
    port: 0,
    database: `sqlite:${folder}/webhooks.db`,
    deliveryNetworks: ['127.0.0.0/8'],
    logLevel: 'silent',
  })
  const server = await serve(config)
  const ask = async (path: string, body: object): Promise<void> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const { status } = await server.countersign.localFetch(new Request(`http://localhost${path}`, init))
    if (status !== 201) throw new Error(`${path} answered ${status}`)
  }
  settings.log(`webhook: ${events} events to ${ENDPOINTS} endpoints …`)
  for (let n = 0; n < ENDPOINTS; n++)
    await ask('/v1/webhook-endpoints', { url: `http://127.0.0.1:${port}/${n}`, events: ['token.revoked'] })
  const startMs = performance.now()
  await Promise.all(Array.from({ length: events }, (_, n) => ask('/v1/revocations', { target: { kind: 'token', id: `t${n}` } })))
  await done
  const elapsedMs = performance.now() - startMs
  await server.stop()
  receiver.closeAllConnections()
  receiver.close()
  return {
    title: `${events} revocations at once, each to ${ENDPOINTS} endpoints: from the first call to the last delivery`,
    columns: [
      { key: 'deliveries', heading: 'deliveries' },
      { key: 'elapsedMs', heading: 'ms' },
      { key: 'perSecond', heading: 'per second' },
    ],
    rows: [
      {
        label: 'server and receivers in one process, SQLite',
        values: { deliveries: events * ENDPOINTS, elapsedMs, perSecond: (events * ENDPOINTS * 1000) / elapsedMs },
      },
    ],
  }
}

export const webhook: Bench = {
  title: 'Webhooks: verified, and delivered to 100 endpoints',
  async run(settings) {
    using folder = new TemporaryFolder()
    const tables: Table[] = []
    for (const bytes of [100, 10_000]) tables.push(await measureVerify(bytes, settings))
    tables.push(await measureDeliveries(folder.path, settings))
    return {
      tables,
      notes: [
        'standardwebhooks computes HMAC-SHA256 in JavaScript and parses the body as JSON; verifyWebhook leaves that to the handler.',
        'The receiver of countersign claims each id once; after the first round all are duplicates.',
        'A delivery is a row that is claimed, signed, posted, and kept on file: two commits each at most, many jobs in one commit.',
      ],
    }
  },
}
