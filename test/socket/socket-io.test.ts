import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Requirement, Verifier } from 'countersign'
import { guard } from 'countersign/socket.io'
import { Server, type ServerOptions, type Socket } from 'socket.io'
import { io } from 'socket.io-client'
import { followIssuer } from '../http/guarded-service.ts'
import { bearer, connectSocketIo, doors, openSocketIo, Refused } from './door.ts'
import { until } from './time.ts'

const refusedAs = (code: string) => (error: unknown) => error instanceof Refused && error.code === code
const { cut } = doors['socket.io']

/** A server whose namespaces the test guards itself. */
async function serve(options: Partial<ServerOptions> = {}): Promise<{ readonly server: Server; readonly url: string }> {
  const http = createServer()
  const server = new Server(http, options)
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

const use = (server: Server, namespace: string, verifier: Verifier, requirement: Requirement): unknown =>
  server.of(namespace).use(guard(verifier, requirement))

test('[B38] the token comes in the header where the client can set one, and in both places never', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await openSocketIo(verifier)
  const url = `http://127.0.0.1:${service.port}`
  const token = issuer.token({ jti: 'tok_header' })
  const line = await connectSocketIo(url, { extraHeaders: bearer(token) })
  service.sayAll()
  assert.equal(await line.hear(), 'tok_header')
  line.close()
  await assert.rejects(connectSocketIo(url, { extraHeaders: bearer(token), auth: { token } }), refusedAs('credential_malformed'))
  await assert.rejects(connectSocketIo(url, { auth: { token: 17 } }), refusedAs('credential_malformed'))
  verifier.close()
})

test('no token is taken from the URL', async () => {
  const { issuer, verifier } = await followIssuer()
  await using service = await openSocketIo(verifier)
  const token = issuer.token()
  const connecting = connectSocketIo(`http://127.0.0.1:${service.port}`, { query: { token, access_token: token } })
  await assert.rejects(connecting, refusedAs('credential_missing'))
  verifier.close()
})

test('[C04] a cookie joins a namespace for the pages of the service itself, and for no other page', async () => {
  const { issuer, verifier } = await followIssuer({ cookie: { name: 'at' } })
  await using service = await openSocketIo(verifier)
  const url = `http://127.0.0.1:${service.port}`
  const from = (origin: string) => connectSocketIo(url, { extraHeaders: { cookie: `at=${issuer.token()}`, origin } })
  const line = await from(url)
  line.close()
  await assert.rejects(from('https://evil.example'), refusedAs('csrf_refused'))
  verifier.close()
})

test('[B38] every namespace is guarded by its own requirement, and cut by itself', async () => {
  const { issuer, verifier } = await followIssuer()
  const { server, url } = await serve()
  use(server, '/', verifier, {})
  use(server, '/staff', verifier, { role: 'staff' })
  const [first, second] = [issuer.token({ jti: 'tok_first' }), issuer.token({ jti: 'tok_second' })]
  const line = await connectSocketIo(url, { auth: { token: first } })
  const staff = await connectSocketIo(`${url}/staff`, { auth: { token: second } })
  await assert.rejects(connectSocketIo(`${url}/staff`, { auth: { token: issuer.token({ roles: [] }) } }), refusedAs('role_insufficient'))
  issuer.revoke('token', 'tok_second')
  assert.equal(await staff.ended, cut('token_revoked'))
  assert.equal(server.of('/').sockets.size, 1)
  assert.equal(server.of('/staff').sockets.size, 0)
  line.close()
  await server.close()
  verifier.close()
})

test('[B38] who is revoked between the guard and the connection does not get in', async () => {
  const { issuer, verifier } = await followIssuer()
  const { server, url } = await serve()
  let joined = 0
  server.use(guard(verifier))
  // A service's own middleware takes its time.
  server.use((_socket, next) => {
    issuer.revoke('user', 'usr_ann')
    setImmediate(next)
  })
  server.on('connection', () => void joined++)
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token: issuer.token() } })
  await new Promise((resolve) => socket.io.engine.on('close', resolve))
  assert.equal(joined, 0)
  assert.equal(verifier.status().watches, 0)
  await server.close()
  verifier.close()
})

test('who is refused by a later middleware is watched no more once the transport has ended', async () => {
  const { issuer, verifier } = await followIssuer()
  const { server, url } = await serve()
  server.use(guard(verifier))
  server.use((_socket, next) => next(new Error('full')))
  await assert.rejects(connectSocketIo(url, { auth: { token: issuer.token() } }), /full/)
  await until(() => verifier.status().watches === 0)
  await server.close()
  verifier.close()
})

test('a server that lets clients come back past its middleware admits nobody, and says why', async () => {
  const heard: unknown[] = []
  const { issuer, verifier } = await followIssuer({ onRefusal: (thrown) => void heard.push(thrown) })
  const careless = await serve({ connectionStateRecovery: {} })
  careless.server.use(guard(verifier))
  await assert.rejects(connectSocketIo(careless.url, { auth: { token: issuer.token() } }), refusedAs('internal'))
  assert.match(String(heard[0]), /skipMiddlewares: false/)
  await careless.server.close()
  const careful = await serve({ connectionStateRecovery: { skipMiddlewares: false } })
  careful.server.use(guard(verifier))
  const line = await connectSocketIo(careful.url, { auth: { token: issuer.token() } })
  line.close()
  await careful.server.close()
  verifier.close()
})

test('a renewal needs no acknowledgement, and nothing that a client may send brings the service down', async () => {
  const { issuer, verifier } = await followIssuer()
  const { server, url } = await serve()
  server.use(guard(verifier))
  const joined = new Promise<Socket>((resolve) => void server.once('connection', resolve))
  const client = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { token: issuer.token({ jti: 'tok_first' }) },
  })
  const socket = await joined
  for (const message of [undefined, null, 17, 'x', [], { access_token: {} }]) client.emit('countersign:renew', message, 'no function')
  client.emit('countersign:renew', { access_token: issuer.token({ jti: 'tok_second' }) })
  await until(() => socket.data.principal.tokenId === 'tok_second')
  client.disconnect()
  await server.close()
  verifier.close()
})
