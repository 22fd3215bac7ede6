// The two ways without a broker between: within one process, and over HTTP.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInProcessFeed, createSseFeed, type FeedSource } from 'countersign/feed'
import { IDLE_MS, impossible, type TestIssuer, type Wire } from './wire.ts'

/** What happened since `after`, as an issuer tells a reader that comes back. */
const missed = ({ log }: TestIssuer, after: number): readonly string[] => (log.head.position > after ? [log.batch(after)] : [])

export function inProcessWire(): Wire {
  const readers = new Set<(message: string) => void>()
  const sourceOf = (issuer: TestIssuer): FeedSource => ({
    snapshot: () => issuer.snapshot(),
    subscribe: (after, deliver) => {
      readers.add(deliver)
      for (const message of missed(issuer, after)) deliver(message)
      return () => void readers.delete(deliver)
    },
  })
  return {
    open: (issuer, idleTimeoutMs = IDLE_MS) => createInProcessFeed(sourceOf(issuer), { platform: issuer.platform, idleTimeoutMs }),
    put: (messages) => {
      for (const message of messages) for (const deliver of readers) deliver(message)
      return Promise.resolve()
    },
    lose: impossible,
    stop: impossible,
    continue: impossible,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function linesOf(parts: AsyncIterable<string> | readonly string[]): Promise<string> {
  const lines: string[] = []
  for await (const part of parts) lines.push(part)
  return lines.join('\n')
}

export async function sseWire(): Promise<Wire> {
  let issuer: TestIssuer | undefined
  const readers = new Set<ServerResponse>()
  const write = (reader: ServerResponse, message: string): void => void reader.write(`event: message\ndata: ${message}\n\n`)
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    if (pathname === '/snapshot') {
      void linesOf(issuer?.snapshot() ?? []).then(
        (lines) => response.end(lines),
        () => response.writeHead(503).end(),
      )
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': connected\n\n')
    readers.add(response)
    response.on('close', () => readers.delete(response))
    if (issuer !== undefined) for (const message of missed(issuer, Number(searchParams.get('after')))) write(response, message)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    open: (asked, idleTimeoutMs = IDLE_MS) => {
      issuer = asked
      const { platform } = asked
      return createSseFeed({ feedUrl: `${url}/feed`, snapshotUrl: `${url}/snapshot`, credential: 'cs', platform, idleTimeoutMs })
    },
    put: (messages) => {
      for (const message of messages) for (const reader of readers) write(reader, message)
      return Promise.resolve()
    },
    lose: () => {
      for (const reader of readers) reader.destroy()
      return Promise.resolve()
    },
    stop: impossible,
    continue: impossible,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
