import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { RequestHandler } from 'express'
import type { Verifier } from 'countersign'
import { guardEventStream } from 'countersign/event-stream'
import express from 'express'
import { followIssuer } from '../http/guarded-service.ts'
import { bearer } from './door.ts'
import { until } from './time.ts'

/** A stream behind Express, whose handler is the test's. */
async function serve(verifier: Verifier, handler: RequestHandler) {
  const server = express().get('/events', guardEventStream(verifier, {}), handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ask: async (headers: Record<string, string>, query = ''): Promise<IncomingMessage> => {
      const [response] = (await once(get({ port, host: '127.0.0.1', path: `/events${query}`, headers }), 'response')) as [IncomingMessage]
      return response
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

test('[B38] behind Express a stream knows its caller, and its last event says why it ended', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await serve(verifier, (request, response) => {
    response.type('text/event-stream').write(`data: ${request.principal?.user}\n\n`)
  })
  const response = await service.ask(bearer(issuer.token()))
  assert.equal(response.statusCode, 200)
  await once(response, 'readable')
  issuer.revoke('user', 'usr_ann')
  assert.equal(await text(response), 'data: usr_ann\n\n\n\nevent: countersign.ended\ndata: {"code":"token_revoked"}\n\n')
  assert.equal(verifier.status().watches, 0)
  verifier.close()
})

test('an event that was being written is ended before the last one', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await serve(verifier, (_request, response) => {
    response.type('text/event-stream').write('data: half')
  })
  const response = await service.ask(bearer(issuer.token()))
  await once(response, 'readable')
  issuer.revoke('everyone')
  assert.deepEqual((await text(response)).split('\n\n'), ['data: half', 'event: countersign.ended\ndata: {"code":"token_revoked"}', ''])
  verifier.close()
})

test('a handler that has not written yet brings nothing down', async () => {
  const { issuer, verifier } = await followIssuer()
  let handling: ServerResponse | undefined
  await using service = await serve(verifier, (_request, response) => {
    handling = response
  })
  const asking = service.ask(bearer(issuer.token()))
  await until(() => handling !== undefined)
  issuer.revoke('user', 'usr_ann')
  await assert.rejects(asking, /socket hang up|ECONNRESET/)
  assert.ok(handling)
  handling.writeHead(200)
  handling.write('data: too late\n\n')
  handling.end()
  verifier.close()
})

test('a handler that goes on writing brings nothing down, and writes nothing', async () => {
  const { issuer, verifier } = await followIssuer()
  let streaming: ServerResponse | undefined
  await using service = await serve(verifier, (_request, response) => {
    streaming = response.type('text/event-stream')
    streaming.write('data: 1\n\n')
  })
  const response = await service.ask(bearer(issuer.token()))
  issuer.revoke('user', 'usr_ann')
  assert.ok(streaming)
  streaming.write('data: too late\n\n')
  const received = await text(response)
  assert.match(received, /^data: 1\n/)
  assert.equal(received.includes('too late'), false)
  verifier.close()
})

test('no token is taken from the URL, and a stream that is refused has a whole answer', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await serve(verifier, (_request, response) => void response.end())
  const response = await service.ask({}, `?access_token=${issuer.token()}`)
  assert.equal(response.statusCode, 401)
  assert.equal(response.headers['www-authenticate'], 'Bearer, DPoP algs="ES256 EdDSA RS256 PS256"')
  assert.equal(JSON.parse(await text(response)).code, 'credential_missing')
  verifier.close()
})

test('a stream that its client leaves, or its handler ends, is watched no more', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await serve(verifier, (request, response) => {
    response.type('text/event-stream').write('data: 1\n\n')
    if (request.query['short'] !== undefined) response.end()
  })
  const left = await service.ask(bearer(issuer.token()))
  left.destroy()
  await text(await service.ask(bearer(issuer.token()), '?short'))
  await until(() => verifier.status().watches === 0)
  verifier.close()
})
