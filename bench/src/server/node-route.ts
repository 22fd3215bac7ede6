import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { guard as nodeGuard } from 'countersign/node'
import { type GuardMaterial, reply } from './route.ts'

function respond(response: ServerResponse): void {
  const body = JSON.stringify(reply())
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
}

export async function listenNode({ verifier }: GuardMaterial): Promise<number> {
  const guard = nodeGuard(verifier)
  const server = createServer((request, response) => {
    if (request.url === '/bare') respond(response)
    else void guard(request, response).then((principal) => principal !== undefined && respond(response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
