/** A child process: one service with guarded connections of one kind. */
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVerifier, type Verifier } from 'countersign'
import { guardEventStream } from 'countersign/event-stream'
import { guard as socketIoGuard } from 'countersign/socket.io'
import { guard as wsGuard } from 'countersign/ws'
import { Server } from 'socket.io'
import { WebSocketServer } from 'ws'
import { machineMs } from '../harness/machine-clock.ts'
import { answerParent } from '../harness/parent.ts'
import type { Door } from '../subject/open-connection.ts'
import type { VerifierRequest } from './verifier.ts'
import { observed, openFeed } from './way.ts'

export interface SocketServiceRequest extends VerifierRequest {
  readonly door: Door
}

let verifier: Verifier | undefined
let shutAtMs = Number.NaN

const mounts: Readonly<Record<Door, (server: HttpServer, by: Verifier) => void>> = {
  ws(server, by) {
    server.on('upgrade', wsGuard(by)(new WebSocketServer({ noServer: true })))
  },
  'socket.io'(server, by) {
    new Server(server).use(socketIoGuard(by))
  },
  'event stream'(server, by) {
    const guard = guardEventStream(by)
    server.on('request', (request, response) => {
      void guard(request, response).then((principal) => {
        if (principal !== undefined) response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      })
    })
  },
}

async function start({ door, issuer, audience, credential }: SocketServiceRequest): Promise<number> {
  const sse = await openFeed({ name: 'sse', url: '' }, { issuer, credential })
  // The verifier has listened for longer: when this hears of an entry, all that it ends is shut.
  const feed = observed(sse, () => void (shutAtMs = machineMs()))
  verifier = createVerifier({ issuer, audience, credential, feed })
  await verifier.ready()
  const server = createServer()
  mounts[door](server, verifier)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** How many connections it holds. */
const watches = (): number => verifier?.status().watches ?? 0

/** When the newest entry of the log had shut all connections that it ends. */
const shut = (): number => shutAtMs

answerParent({ start, watches, shut })
