import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Principal } from 'countersign'
import { guard } from 'countersign/node'
import { announce, openVerifier } from './open-verifier.ts'

const verifier = await openVerifier()
const routes: Readonly<Record<string, ReturnType<typeof guard>>> = {
  '/orders': guard(verifier, {}),
  '/staff': guard(verifier, { role: 'staff' }),
  '/transfer': guard(verifier, { freshness: 'strict' }),
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const guarded = routes[req.url ?? '']
  if (guarded === undefined) return void res.writeHead(404).end()
  const principal: Principal | undefined = await guarded(req, res)
  if (principal === undefined) return
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify({ user: principal.user, roles: principal.roles }))
}

const server = createServer((req, res) => void answer(req, res))
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port))
