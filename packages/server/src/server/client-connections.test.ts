import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Server } from 'node:https'
import { test } from 'node:test'
import { ClientConnections } from './client-connections.ts'

/** As much of a server, and of connections to it, as is listened to here. */
class Peers extends EventEmitter {
  closeIdleConnections(): void {}

  connection(remotePort: number, authorized: boolean) {
    return Object.assign(new EventEmitter(), {
      remoteAddress: '192.0.2.1',
      remotePort,
      authorized,
      isDestroyed: false,
      destroy(): void {
        this.isDestroyed = true
      },
    })
  }
}

test('what is open is doubted, a handshake that goes on is ended, and a second handshake, refused or not, ends the connection', () => {
  const peers = new Peers()
  const connections = new ClientConnections(peers as unknown as Server)
  const [wire, open, late] = [peers.connection(1, false), peers.connection(1, true), peers.connection(2, false)]
  peers.emit('connection', wire)
  peers.emit('secureConnection', open)
  peers.emit('connection', late)
  connections.doubt()
  assert.deepEqual([wire.isDestroyed, open.isDestroyed, open.authorized, late.isDestroyed], [false, false, false, true])
  // As Node does after each handshake, also after one that came to nothing.
  open.authorized = true
  open.emit('secure')
  assert.equal(open.isDestroyed, true)
})
