/** A child process: the service behind the forwarders. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { answerParent } from '../harness/parent.ts'
import { answers, portOf } from './forward.ts'

const bodies = new Map(Object.entries(answers).map(([path, bytes]) => [path, Buffer.from(JSON.stringify('x'.repeat(bytes - 2)))]))

answerParent({
  async start(): Promise<string> {
    const server = createServer((request, response) => {
      const body = bodies.get(request.url ?? '')
      if (body === undefined) response.writeHead(404).end()
      else response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `http://127.0.0.1:${portOf(server)}`
  },
})
