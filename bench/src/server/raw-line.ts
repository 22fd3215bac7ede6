/** The transports with nothing of ours on them: what they need by themselves from one process to another. */
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { createClient } from 'redis'
import { portOf, type Way } from './way.ts'

const STREAM = 'raw'

export interface RawSender {
  /** Where the readers find it. */
  readonly url: string
  /** Resolves when the transport has taken it. */
  send(payload: string): Promise<unknown>
}

export async function openSender({ name, url }: Way): Promise<RawSender> {
  if (name === 'redis') {
    const client = await createClient({ url }).connect()
    return { url, send: (payload) => client.sendCommand(['XADD', STREAM, '*', 'payload', payload]) }
  }
  if (name === 'nats') {
    const connection = await connect({ port: portOf(url) })
    await (await jetstreamManager(connection)).streams.add({ name: STREAM, subjects: [STREAM], storage: StorageType.Memory })
    const client = jetstream(connection)
    return { url, send: (payload) => client.publish(STREAM, payload) }
  }
  const readers = new Set<ServerResponse>()
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': connected\n\n')
    readers.add(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    send: (payload) => {
      for (const reader of readers) reader.write(`data: ${payload}\n\n`)
      return Promise.resolve()
    },
  }
}

/** Resolves when it reads; then hears of each message. */
export async function openReader({ name, url }: Way, onMessage: () => void): Promise<void> {
  if (name === 'redis') return readRedis(url, onMessage)
  if (name === 'nats') return readNats(url, onMessage)
  const [response] = (await once(get(url), 'response')) as [IncomingMessage]
  // The first is the comment that says that it is connected. Nobody sends the next before the last was heard.
  await once(response, 'data')
  response.on('data', onMessage)
}

async function readRedis(url: string, onMessage: () => void): Promise<void> {
  const client = await createClient({ url, RESP: 2 }).connect()
  const read = async (): Promise<void> => {
    for (let last = '0'; ; ) {
      const reply = (await client.sendCommand(['XREAD', 'BLOCK', '0', 'STREAMS', STREAM, last])) as unknown as [[string, [string][]]]
      for (const [id] of reply[0][1]) {
        last = id
        onMessage()
      }
    }
  }
  read().catch(() => undefined)
}

async function readNats(url: string, onMessage: () => void): Promise<void> {
  const connection = await connect({ port: portOf(url) })
  const consumer = await jetstream(connection).consumers.get(STREAM, {})
  await consumer.consume({ callback: onMessage })
}
