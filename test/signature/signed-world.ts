import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVerifier, type SignedRequestOptions, type Verifier } from 'countersign'
import { systemClock } from 'countersign/core'
import { guard } from 'countersign/node'
import { MemoryReplayStore } from 'countersign/replay'
import { patientPlatform } from '../http/patience.ts'
import { sendBytes } from '../http/signed-call.ts'
import { type Reply, ServerWorld, type SignedInReply } from '../http/server-world.ts'

/** What came to the service, byte for byte, and what became of it. */
export interface Visit {
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly body: string
  readonly status: number
}

export interface IssuedKey {
  readonly id: string
  readonly secret: string
}

/** The server, a service of its own that takes signed requests, and a person who has access keys: all on the machine's clock. */
export class SignedWorld implements AsyncDisposable {
  readonly server: ServerWorld
  readonly person: SignedInReply
  /** Of the guarded service. */
  readonly origin: string
  readonly visits: Visit[]
  readonly #open: AsyncDisposableStack

  static async open(signedRequests: Partial<SignedRequestOptions> = {}): Promise<SignedWorld> {
    await using open = new AsyncDisposableStack()
    const server = open.use(await ServerWorld.open())
    const verifier = createVerifier({
      issuer: server.url,
      audience: server.url,
      credential: (await server.service()).credential,
      platform: patientPlatform,
      signedRequests: { replay: new MemoryReplayStore({ clock: systemClock }), ...signedRequests },
    })
    open.defer(() => verifier.close())
    await verifier.ready()
    const visits: Visit[] = []
    const service = guardedServer(verifier, visits)
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    open.defer(() => {
      service.closeAllConnections()
      service.close()
    })
    const origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
    return new SignedWorld({ server, person: await server.person(), origin, visits }, open.move())
  }

  private constructor(parts: Pick<SignedWorld, 'server' | 'person' | 'origin' | 'visits'>, open: AsyncDisposableStack) {
    this.server = parts.server
    this.person = parts.person
    this.origin = parts.origin
    this.visits = parts.visits
    this.#open = open
  }

  /** What the server's own API was asked, with what it answered: `getMe 200`. */
  get asked(): readonly string[] {
    return this.server.lines.flatMap((line) => {
      const { operation, status } = JSON.parse(line)
      return status === undefined ? [] : [`${operation} ${status}`]
    })
  }

  /** A key of the person. */
  async key(body: object = {}): Promise<IssuedKey> {
    const reply: Reply = await this.server.ask('POST', '/v1/access-keys', {
      token: this.person.access_token,
      body: { name: 'test', ...body },
    })
    assert.equal(reply.status, 201, reply.text)
    return { id: reply.body.access_key.id, secret: reply.body.secret_access_key }
  }

  /** The visits since the last time. All were let in, and the same bytes sent again are not. */
  async requireEntered(expected: number): Promise<readonly Visit[]> {
    const visits = this.visits.splice(0)
    assert.equal(visits.length, expected, JSON.stringify(visits))
    for (const visit of visits) assert.equal(visit.status, 200, JSON.stringify(visit))
    for (const visit of visits) {
      const again = await this.#send(visit)
      assert.deepEqual([again.status, JSON.parse(again.body).code], [401, 'request_replayed'], visit.target)
    }
    this.visits.length = 0
    return visits
  }

  #send({ method, target, rawHeaders, body }: Visit): ReturnType<typeof sendBytes> {
    const lines = [`${method} ${target} HTTP/1.1`, 'Connection: close']
    for (let index = 0; index < rawHeaders.length; index += 2) {
      if (!NOT_AGAIN.has(rawHeaders[index]?.toLowerCase() ?? '')) lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
    }
    const isChunked = rawHeaders.some((text) => text.toLowerCase() === 'chunked')
    const text = isChunked ? `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n` : body
    return sendBytes(Number(new URL(this.origin).port), Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#open.disposeAsync()
  }
}

/** Answers what it takes with who has signed it. */
function guardedServer(verifier: Verifier, visits: Visit[]): Server {
  const enter = guard(verifier, { signed: true })
  // Where links are for files.
  const fetchFile = guard(verifier, { signed: { unsignedPayload: true, once: true } })
  return createServer(async (request, response) => {
    let body = ''
    response.once('finish', () => visits.push(visitOf(request, body, response.statusCode)))
    const principal = await (request.url?.startsWith('/files/') === true ? fetchFile : enter)(request, response)
    if (principal === undefined) return
    for await (const chunk of request) body += String(chunk)
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ user: principal.user, key: principal.client, body }))
  })
}

/** What is said to the connection, not to the service. */
const NOT_AGAIN: ReadonlySet<string> = new Set(['connection', 'expect', 'upgrade', 'http2-settings'])

const visitOf = ({ method = '', url = '', rawHeaders }: IncomingMessage, body: string, status: number): Visit => ({
  method,
  target: url,
  rawHeaders,
  body,
  status,
})
