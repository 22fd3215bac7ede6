import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { addressList, systemClock } from 'countersign/core'
import { Outbound, OutboundError } from './outbound.ts'
import { outboundFetch } from './outbound-fetch.ts'

const loopback = addressList(['127.0.0.0/8'])
let server: Server
let asked: string[] = []
const url = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`

before(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.accept}`)
    if (request.url === '/elsewhere') return void response.writeHead(302, { location: '/keys' }).end('moved')
    if (request.url === '/endless') return void response.end('x'.repeat(300_000))
    response.end('{"keys":[]}')
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
})
after(() => void server.close())

test('a document is read where that may be called; a redirect is not followed, and what is endless is cut off', async () => {
  const outbound = new Outbound({ clock: systemClock, allows: (address) => loopback.has(address) })
  const read = outboundFetch(outbound)
  const answer = await read(url('/keys'), { headers: { accept: 'application/json' }, redirect: 'error' })
  assert.deepEqual([answer.status, await answer.text()], [200, '{"keys":[]}'])
  assert.equal((await read(url('/elsewhere'))).status, 302)
  assert.equal((await (await read(url('/endless'))).text()).length, 262_144)
  assert.deepEqual(asked, ['GET /keys application/json', 'GET /elsewhere undefined', 'GET /endless undefined'])
  await assert.rejects(read(url('/keys'), { method: 'POST', body: 'x' }), TypeError)
  outbound.close()
})

test('an address that may not be called is not, whatever it is called by', async () => {
  asked = []
  const outbound = new Outbound({ clock: systemClock, allows: () => false, resolve: async () => ['127.0.0.1'] })
  for (const address of [
    url('/keys'),
    url('/keys').replace('127.0.0.1', 'keys.example'),
    url('/keys').replace('http:', 'https:'),
    'file:///etc/passwd',
  ]) {
    await assert.rejects(outboundFetch(outbound)(address), OutboundError)
  }
  assert.deepEqual(asked, [])
  outbound.close()
})
