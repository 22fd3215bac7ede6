import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Verifier } from 'countersign'
import { guard } from 'countersign/node'

const MAX_BYTES = 10_000

/** The service behind the backend. It knows nothing of pages and cookies: it takes access tokens, as from anybody. */
export function ordersService(verifier: Verifier): Server {
  const admit = guard(verifier)
  const orders = new Map<string, string[]>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const user = (await admit(request, response))?.user
    if (user === undefined) return
    const own = orders.get(user) ?? []
    orders.set(user, own)
    if (request.method === 'POST') own.push(String(JSON.parse(await textOf(request)).what))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(own))
  }
  return createServer((request, response) => void answer(request, response))
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > MAX_BYTES) throw new RangeError('an order is shorter')
  }
  return text
}
