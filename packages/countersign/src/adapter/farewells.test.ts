import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { AuthError, type Principal } from '../core/index.ts'
import { RouteRule, type Verifier, type Watch, type WatchEnd } from '../verifier/index.ts'
import { Farewells, farewells } from './farewells.ts'
import { SocketIoConnection, type SocketIoSocket } from './socket-io-connection.ts'
import { WsConnection, type WsSocket } from './ws-connection.ts'

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** A slice that is full: what is said after it waits for the next turn. */
function fillSlice(): void {
  for (let at = 0; at < 1000; at++) farewells.say(() => undefined)
}

test('a farewell is said as soon as whoever gave it has gone on, and no sooner', async () => {
  const said: string[] = []
  new Farewells().say(() => said.push('one'))
  assert.deepEqual(said, [])
  await Promise.resolve()
  assert.deepEqual(said, ['one'])
})

test('thousands are said in order, a thousand a turn, with room for others in between', async () => {
  const said: number[] = []
  const several = new Farewells()
  for (let at = 0; at < 2500; at++) several.say(() => said.push(at))
  await Promise.resolve()
  assert.equal(said.length, 1000)
  several.say(() => said.push(2500))
  await turn()
  assert.equal(said.length, 2000)
  await turn()
  assert.deepEqual(
    said,
    Array.from({ length: 2501 }, (_, at) => at),
  )
})

test('one that cannot be said keeps no other from being said', async () => {
  const said: string[] = []
  const several = new Farewells()
  several.say(() => {
    throw new Error('the socket is gone')
  })
  several.say(() => said.push('other'))
  await Promise.resolve()
  several.say(() => said.push('later'))
  await Promise.resolve()
  assert.deepEqual(said, ['other', 'later'])
})

/** A verifier with one watch, which the test ends. */
function watching(): { readonly verifier: Verifier; readonly end: () => void } {
  let onEnd: WatchEnd = () => undefined
  let over: AuthError | undefined
  const watch: Watch = {
    principal: { user: 'usr_ann' } as Principal,
    get over() {
      return over
    },
    renew: () => Promise.reject(over),
    close: () => undefined,
  }
  const verifier = {
    watch: (_presented: unknown, _rule: unknown, listener: WatchEnd) => {
      onEnd = listener
      return Promise.resolve(watch)
    },
  } as unknown as Verifier
  return { verifier, end: () => onEnd((over = new AuthError('token_revoked'))) }
}

test('[B38] a WebSocket whose farewell has to wait carries nothing in either direction meanwhile', async () => {
  const { verifier, end } = watching()
  const network = Object.assign(new EventEmitter(), { destroyed: false, end: () => undefined, destroy: () => undefined })
  const connection = await WsConnection.open(verifier, new RouteRule({}), { headers: {}, rawHeaders: [], socket: network }, network)
  const sent: unknown[] = []
  const closed: unknown[] = []
  const webSocket: WsSocket & EventEmitter = Object.assign(new EventEmitter(), {
    send: (data: unknown) => void sent.push(data),
    close: (...values: unknown[]) => void closed.push(values),
  })
  connection.hold(webSocket)
  const heard: unknown[] = []
  webSocket.on('message', (data) => heard.push(data))
  webSocket.send('before')
  webSocket.emit('message', 'before', false)
  fillSlice()
  end()
  webSocket.emit('message', 'after', false)
  const unsent = new Promise((resolve) => webSocket.send('after', resolve))
  assert.ok((await unsent) instanceof Error)
  assert.deepEqual([sent, heard, closed], [['before'], ['before'], []])
  await turn()
  assert.deepEqual(closed, [[4401, 'token_revoked']])
})

test('[B38] a socket of socket.io whose farewell has to wait hears no event and emits none meanwhile', async () => {
  const { verifier, end } = watching()
  const emitted: unknown[] = []
  let admits = (_event: unknown, _next: () => void): void => undefined
  const socket: SocketIoSocket = {
    handshake: { auth: { token: 'x' } },
    request: { rawHeaders: [], socket: {} },
    nsp: {},
    conn: Object.assign(new EventEmitter(), { readyState: 'open', close: () => undefined }),
    connected: true,
    data: {},
    on: () => undefined,
    use: (middleware) => (admits = middleware),
    emit: (...values) => emitted.push(values) > 0,
    disconnect: () => emitted.push('disconnect'),
  }
  await SocketIoConnection.open(verifier, new RouteRule({}), socket)
  const heard: string[] = []
  socket.emit('told', 'before')
  admits(['say'], () => heard.push('before'))
  fillSlice()
  end()
  assert.equal(socket.emit('told', 'after'), false)
  admits(['say'], () => heard.push('after'))
  assert.deepEqual([emitted, heard], [[['told', 'before']], ['before']])
  // The slice that is full, and the next.
  await turn()
  await turn()
  const [, ended, last] = emitted
  assert.ok(Array.isArray(ended))
  assert.equal(ended[0], 'countersign:ended')
  assert.equal(last, 'disconnect')
})
