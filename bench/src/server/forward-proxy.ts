/** A child process: one forwarder. */
import { once } from 'node:events'
import { Agent, createServer, type RequestListener } from 'node:http'
import { type BffOptions, createBff } from 'countersign/bff'
import { systemPlatform } from 'countersign/core'
import { importPeer } from '../harness/install.ts'
import { answerParent } from '../harness/parent.ts'
import { type ForwardReady, type ForwardRequest, portOf } from './forward.ts'

const TOKEN_LENGTH = 620

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return portOf(server)
}

/** What an issuer answers to a sign-in, with a token of the usual size. */
function signedIn(): Response {
  const later = new Date(Date.now() + 86_400_000).toISOString()
  return Response.json({
    access_token: 'a'.repeat(TOKEN_LENGTH),
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'r'.repeat(83),
    session: { id: 'ses_1', expires_at: later, idle_expires_at: later, authenticated_at: later, methods: ['pwd'] },
    user: { id: 'usr_1', email: 'ann@example.com', name: 'Ann', roles: ['staff'], groups: [] },
  })
}

async function listenBff(upstream: string, credential: 'token' | 'none'): Promise<ForwardReady> {
  const options: BffOptions = {
    issuer: 'http://127.0.0.1:1',
    keys: [new Uint8Array(32).fill(1)],
    upstreams: [{ prefix: '/api', target: upstream, credential }],
    platform: { ...systemPlatform, fetch: async () => signedIn() },
  }
  const bff = createBff(options)
  const port = await listen((request, response) => {
    if (!bff.handle(request, response)) response.writeHead(404).end()
  })
  if (credential === 'none') return { port, cookie: undefined }
  const answer = await fetch(`http://127.0.0.1:${port}/bff/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ann@example.com', password: 'x' }),
  })
  return { port, cookie: answer.headers.getSetCookie()[0]?.split(';', 1)[0] }
}

interface Middleware {
  createProxyMiddleware(options: object): RequestListener
}

async function listenMiddleware(target: string): Promise<ForwardReady> {
  const { createProxyMiddleware } = await importPeer<Middleware>('http-proxy-middleware')
  const agent = new Agent({ keepAlive: true })
  return {
    port: await listen(createProxyMiddleware({ target, agent, pathRewrite: { '^/api': '' }, xfwd: true, changeOrigin: true })),
    cookie: undefined,
  }
}

interface Fastify {
  default(options?: object): { register(plugin: unknown, options: object): void; listen(options: object): Promise<string> }
}

async function listenFastify(upstream: string): Promise<ForwardReady> {
  const app = (await importPeer<Fastify>('fastify')).default()
  const { default: proxy } = await importPeer<{ readonly default: unknown }>('@fastify/http-proxy')
  app.register(proxy, { upstream, prefix: '/api', rewritePrefix: '' })
  return { port: Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port), cookie: undefined }
}

answerParent({
  start({ forwarder, upstream }: ForwardRequest): Promise<ForwardReady> {
    switch (forwarder) {
      case 'countersign/bff, with session and token':
        return listenBff(upstream, 'token')
      case 'countersign/bff, nothing added':
        return listenBff(upstream, 'none')
      case 'http-proxy-middleware':
        return listenMiddleware(upstream)
      case '@fastify/http-proxy':
        return listenFastify(upstream)
    }
  },
})
