import { createServer, type ServerOptions } from 'node:https'
import { serve } from '@hono/node-server'
import type { Verifier } from 'countersign'
import { guard as expressGuard } from 'countersign/express'
import { guard as fastifyGuard } from 'countersign/fastify'
import { guard as honoGuard } from 'countersign/hono'
import { guard as nodeGuard } from 'countersign/node'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { listening, type Mounted, portOf } from './listening.ts'
import type { TestCertificate } from './server-certificate.ts'

/** Whoever has signed it: the token says which certificate it has to be. */
const asking = (certificate: TestCertificate): ServerOptions => ({ ...certificate, requestCert: true, rejectUnauthorized: false })

/** One guarded route in TLS, which asks clients for a certificate. */
export type TlsMount = (verifier: Verifier, certificate: TestCertificate) => Promise<Mounted>

export const tlsMounts: Readonly<Record<string, TlsMount>> = {
  'node:http': (verifier, certificate) => {
    const guarded = nodeGuard(verifier)
    return listening(
      createServer(asking(certificate), (request, response) => {
        void guarded(request, response).then((principal) => principal && response.end('{}'))
      }),
    )
  },
  Express: (verifier, certificate) => {
    const app = express()
    app.get('/orders', expressGuard(verifier), (_request, response) => void response.send('{}'))
    return listening(createServer(asking(certificate), app))
  },
  async Fastify(verifier, certificate) {
    const app = fastify({ https: asking(certificate) })
    app.get('/orders', { preHandler: fastifyGuard(verifier) }, async () => '{}')
    await app.listen({ host: '127.0.0.1', port: 0 })
    return { port: portOf(app.server), close: () => app.close() }
  },
  Hono(verifier, certificate) {
    const app = new Hono()
    app.get('/orders', honoGuard(verifier), (context) => context.text('{}'))
    const options = { hostname: '127.0.0.1', port: 0, overrideGlobalObjects: false, createServer, serverOptions: asking(certificate) }
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, ...options }, ({ port }) => {
        resolve({ port, close: async () => void server.close() })
      })
    })
  },
}
