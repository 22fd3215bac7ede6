// What `packages/server/src/delivery/outbound.test.ts` cannot show without a certificate: that to pin an address does not make a name less checked.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls'
import { systemClock } from 'countersign/core'
import { Outbound, type OutboundError, type OutboundReply } from '../../packages/server/src/delivery/outbound.ts'
import { selfSigned } from './server-certificate.ts'

suite('calling a named receiver over TLS', () => {
  let server: Server
  const certificate = selfSigned()
  const outbound = new Outbound({ clock: systemClock, allows: (address) => address === '127.0.0.1', resolve: async () => ['127.0.0.1'] })
  const post = (host: string): Promise<OutboundReply> => {
    const { port } = server.address() as AddressInfo
    return outbound.post({ url: `https://${host}:${port}/`, headers: {}, body: 'x', signal: new AbortController().signal })
  }
  const isNoConnection = (error: OutboundError): boolean => error.code === 'connection'

  before(async () => {
    server = createServer(certificate, ({ headers, socket }, response) => {
      const name = socket instanceof TLSSocket && 'servername' in socket ? socket.servername : undefined
      response.end(JSON.stringify([headers.host?.replace(/:\d+$/, ''), name]))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  after(() => {
    outbound.close()
    server.closeAllConnections()
    server.close()
  })

  test('a certificate that nobody vouches for is refused', async () => {
    await assert.rejects(post('localhost'), isNoConnection)
  })

  test('the certificate must be of the name that was called, whatever address it stands for', async () => {
    setDefaultCACertificates([...getCACertificates('default'), certificate.cert])
    const { status, body } = await post('localhost')
    assert.deepEqual([status, JSON.parse(body)], [200, ['localhost', 'localhost']])
    await assert.rejects(post('other.example'), isNoConnection)
    await assert.rejects(post('127.0.0.1'), isNoConnection)
  })
})
