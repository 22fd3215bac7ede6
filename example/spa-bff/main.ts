// A page, its backend, and a service behind that, the issuer included, in this one process, which keeps nothing:
// `node_modules/.bin/node --conditions=source example/spa-bff/main.ts`
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { configFromOptions, serve } from '@countersign/server'
import { createVerifier } from 'countersign'
import { createBff } from 'countersign/bff'
import express from 'express'
import { ordersService } from './orders.ts'
import { page, script } from './page.ts'

const EMAIL = 'ada@example.com'
const PASSWORD = 'correct horse battery'

/** Another process, in earnest: `countersign serve`. */
const issuer = await serve(
  configFromOptions({ port: 0, database: 'memory:', secret: randomBytes(48).toString('base64'), logLevel: 'silent' }),
)
const local = (path: string, body: object): Promise<Response> =>
  issuer.countersign.localFetch(
    new Request(`http://localhost${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  )
await local('/v1/users', { email: EMAIL, password: PASSWORD })
const { credential } = (await (await local('/v1/services', { name: 'orders' })).json()) as { credential: string }

/** Another process, too. */
const verifier = createVerifier({ issuer: issuer.url, audience: issuer.url, credential })
await verifier.ready()
const orders = ordersService(verifier).listen(0, '127.0.0.1')
await once(orders, 'listening')

const bff = createBff({
  issuer: issuer.url,
  keys: [randomBytes(32)],
  upstreams: [{ prefix: '/api', target: `http://127.0.0.1:${(orders.address() as AddressInfo).port}` }],
})
const app = express()
app.use(bff.express)
app.use((_request, response, next) => {
  response.setHeader('content-security-policy', "default-src 'self'; frame-ancestors 'none'")
  next()
})
app.get('/', (_request, response) => void response.type('html').send(page))
app.get('/page.js', (_request, response) => void response.type('js').send(script))
const server = app.listen(Number(process.env['PORT'] ?? 5002), '127.0.0.1', () => {
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  console.log(JSON.stringify({ event: 'listening', url, email: EMAIL, password: PASSWORD }))
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    bff.close()
    verifier.close()
    void issuer.stop().then(() => process.exit(0))
  })
}
