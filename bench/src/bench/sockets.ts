import { mkdirSync } from 'node:fs'
import type { Bench, Row, Settings } from '../bench.ts'
import { Child } from '../harness/child.ts'
import { TemporaryFolder } from '../harness/folder.ts'
import { HttpConnection, type HttpReply } from '../harness/http-connection.ts'
import { machineMs } from '../harness/machine-clock.ts'
import { percentile } from '../harness/statistics.ts'
import type { RevocationReady, RevocationSession } from '../server/countersign.ts'
import type { SocketServiceRequest } from '../server/socket-service.ts'
import { type Door, doors, type End, type OpenConnection, openConnection } from '../subject/open-connection.ts'

/** A connection that is still open after so long is a failure, not a sample. */
const PATIENCE_MS = 10_000
/** Hand-shakes at one time: more would only wait for each other. */
const AT_ONCE = 20

interface Open {
  readonly session: RevocationSession
  readonly connection: OpenConnection
}

/** From the acknowledgement of the revocation, in milliseconds. */
interface Delay {
  /** To when the service takes nothing from the connection any more. */
  readonly shutMs: number
  readonly toldMs: number
  readonly endMs: number
}

const delayOf = (acknowledgedMs: number, shutMs: number, { toldMs, atMs }: End): Delay => ({
  shutMs: shutMs - acknowledgedMs,
  toldMs: toldMs - acknowledgedMs,
  endMs: atMs - acknowledgedMs,
})

/** A server, a service with open connections, and their clients: the clients are in this process, the others in their own. */
class Scene implements AsyncDisposable {
  readonly #door: Door
  readonly #ready: RevocationReady
  readonly #port: number
  readonly #service: Child
  readonly #operator: HttpConnection
  readonly #stack: AsyncDisposableStack
  readonly #open: Open[] = []
  readonly #spare: RevocationSession[]

  private constructor(
    door: Door,
    ready: RevocationReady,
    service: Child,
    port: number,
    operator: HttpConnection,
    stack: AsyncDisposableStack,
  ) {
    this.#door = door
    this.#ready = ready
    this.#service = service
    this.#port = port
    this.#operator = operator
    this.#stack = stack
    this.#spare = [...ready.sessions]
  }

  static async open(door: Door, connections: number, trials: number, folder: string): Promise<Scene> {
    const stack = new AsyncDisposableStack()
    mkdirSync(folder)
    const server = stack.use(new Child(new URL('../server/countersign.ts', import.meta.url)))
    const ready = await server.call<RevocationReady>('startForRevocation', { sessions: connections + trials, folder })
    const service = stack.use(new Child(new URL('../server/socket-service.ts', import.meta.url)))
    const { issuer, audience, credential } = ready
    const request: SocketServiceRequest = { door, issuer, audience, credential }
    const port = await service.call<number>('start', request)
    const operator = stack.adopt(await HttpConnection.open(ready.port), (connection) => connection.close())
    const scene = new Scene(door, ready, service, port, operator, stack)
    while (scene.#open.length < connections) await Promise.all(Array.from({ length: AT_ONCE }, () => scene.#openAnother()))
    return scene
  }

  /** Cuts one connection, and opens another in its place. */
  async cutOne(): Promise<Delay> {
    const open = this.#open.shift()
    if (open === undefined) throw new Error('no connection is open')
    const acknowledgedMs = await this.#revoke({ kind: 'session', id: open.session.id })
    const end = await this.#endOf(open)
    const shutMs = await this.#service.call<number>('shut')
    await this.#openAnother()
    return delayOf(acknowledgedMs, shutMs, end)
  }

  async cutAll(): Promise<readonly Delay[]> {
    const held = await this.#service.call<number>('watches')
    if (held !== this.#open.length) throw new Error(`the service holds ${held} connections, not ${this.#open.length}`)
    const acknowledgedMs = await this.#revoke({ kind: 'everyone' })
    const ends = await Promise.all(this.#open.map((open) => this.#endOf(open)))
    const shutMs = await this.#service.call<number>('shut')
    return ends.map((end) => delayOf(acknowledgedMs, shutMs, end))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }

  async #openAnother(): Promise<void> {
    const session = this.#spare.pop()
    if (session === undefined) return
    this.#open.push({ session, connection: await openConnection(this.#door, this.#port, session.accessToken) })
  }

  async #endOf({ connection }: Open): Promise<End> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`a connection was still open after ${PATIENCE_MS} ms`)), PATIENCE_MS)
    try {
      const end = await Promise.race([connection.ended, late])
      if (end.code !== 'token_revoked') throw new Error(`a connection ended with "${end.code}"`)
      return end
    } finally {
      clearTimeout(timer)
    }
  }

  /** @returns when the acknowledgement had come. */
  async #revoke(target: object): Promise<number> {
    const body = JSON.stringify({ target })
    const lines = ['POST /v1/revocations HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json', `Content-Length: ${body.length}`]
    const head = `${[...lines, `Authorization: Bearer ${this.#ready.operatorToken}`].join('\r\n')}\r\n\r\n`
    const reply = await new Promise<HttpReply>((resolve, reject) => this.#operator.send(Buffer.from(head + body), resolve, reject))
    if (reply.status !== 201) throw new Error(`the revocation was answered ${reply.status}: ${reply.body.toString('utf8')}`)
    return machineMs()
  }
}

function rowOf(label: string, delays: readonly Delay[]): Row {
  const percentiles = (name: string, sample: readonly number[]): Record<string, number> => ({
    [`${name}P50`]: percentile(sample, 0.5),
    [`${name}P99`]: percentile(sample, 0.99),
  })
  return {
    label,
    values: {
      ends: delays.length,
      ...percentiles(
        'shut',
        delays.map(({ shutMs }) => shutMs),
      ),
      ...percentiles(
        'told',
        delays.map(({ toldMs }) => toldMs),
      ),
      ...percentiles(
        'end',
        delays.map(({ endMs }) => endMs),
      ),
    },
  }
}

async function measure(door: Door, folder: string, { quick, log }: Settings): Promise<readonly Row[]> {
  const [connections, trials] = quick ? [60, 15] : [1000, 200]
  log(`sockets ${door}: ${connections + trials} sign-ins, ${connections} connections …`)
  await using scene = await Scene.open(door, connections, trials, `${folder}/${door.replaceAll(/\W/g, '-')}`)
  log(`sockets ${door}: measuring …`)
  const one: Delay[] = []
  for (let trial = 0; trial < trials; trial++) one.push(await scene.cutOne())
  const all = await scene.cutAll()
  return [rowOf(`${door}: one of ${connections}`, one), rowOf(`${door}: all ${connections} at once`, all)]
}

export const sockets: Bench = {
  title: 'from the acknowledgement of a revocation to the end of the open connections that it kills, at the service and at their clients',
  async run(settings) {
    using folder = new TemporaryFolder()
    const rows: Row[] = []
    for (const door of doors) {
      if (settings.only === undefined || door.includes(settings.only)) rows.push(...(await measure(door, folder.path, settings)))
    }
    return {
      tables: [
        {
          title: 'POST /v1/revocations, answered 201, to the end of the connection',
          columns: [
            { key: 'ends', heading: 'ends' },
            { key: 'shutP50', heading: 'shut p50 ms', digits: 2 },
            { key: 'shutP99', heading: 'p99', digits: 2 },
            { key: 'toldP50', heading: 'told p50 ms', digits: 2 },
            { key: 'toldP99', heading: 'p99', digits: 2 },
            { key: 'endP50', heading: 'ended p50 ms', digits: 2 },
            { key: 'endP99', heading: 'p99', digits: 2 },
          ],
          rows,
        },
      ],
      notes: [
        'Milliseconds, one clock for all processes (CLOCK_MONOTONIC). Server, service and clients are three processes; the log comes over SSE, the database is SQLite with synchronous=FULL.',
        '"one of": a session is revoked, its connection ends, another takes its place. "all at once": everyone is revoked; all clients are in one process, which sees their ends one after the other.',
        'Shut: the service takes nothing from the connection any more. Told: the client has read the code. Ended: its library reports the end, after both sides have taken leave, which is the work of Node, ws and socket.io on both sides.',
        'Below zero: the connection had ended before the operator had the answer.',
      ],
    }
  },
}
