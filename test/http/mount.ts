import { createServer } from 'node:http'
import { AuthError, type PolicyEngine, type Principal, type Requirement, type Verifier } from 'countersign'
import { guard as expressGuard } from 'countersign/express'
import { guard as fastifyGuard } from 'countersign/fastify'
import { guard as honoGuard } from 'countersign/hono'
import { guard as nodeGuard } from 'countersign/node'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { listening, listeningFetch, type Mounted, portOf } from './listening.ts'

/** What an engine of policies answers, by request. Wrong types on purpose. */
const engine: Readonly<Record<string, () => unknown>> = {
  'GET /by-engine?yes': () => true,
  'GET /by-engine?no': () => false,
  'GET /by-engine?truthy': () => 'no',
  'GET /by-engine?fails': () => {
    throw new Error('the engine is down')
  },
  'GET /by-engine?hides': () => {
    throw new AuthError('not_found')
  },
}

/** The guarded routes; each answers GET and POST with who is calling. */
export const routes: Readonly<Record<string, Requirement>> = {
  '/orders': {},
  '/orders/write': { scope: 'orders:write' },
  '/admin': { role: 'admin' },
  '/recent': { maxAuthAgeSeconds: 300 },
  '/mfa': { acr: 'mfa' },
  '/either': { acr: ['gold', 'phr'], methods: 'hwk', maxAuthAgeSeconds: 60 },
  '/same-address': { sameAddress: true },
  '/same-device': { sameDevice: true },
  '/header-only': { cookie: false },
  '/strict': { freshness: 'strict' },
  '/bounded': { freshness: { maxAgeSeconds: 20 } },
  '/of-group': { scope: 'orders:read', allow: (principal, request) => principal.groups.includes(request.values('x-group')?.[0] ?? '') },
  '/by-engine': {
    role: 'staff',
    allow: { decide: async (_principal, { method, target }) => engine[`${method} ${target}`]?.() } as PolicyEngine,
  },
}

/** Serves the routes on a free port of this machine. `onHandled` hears of every request that came past a guard. */
export type Mount = (verifier: Verifier, onHandled: () => void) => Promise<Mounted>

const document = (principal: Principal | undefined): string => JSON.stringify({ user: principal?.user, roles: principal?.roles })

function mountNode(verifier: Verifier, onHandled: () => void): Promise<Mounted> {
  const guards = new Map(Object.entries(routes).map(([path, requirement]) => [path, nodeGuard(verifier, requirement)]))
  return listening(
    createServer(async (request, response) => {
      const guard = guards.get(new URL(request.url ?? '/', 'http://service.example').pathname)
      if (guard === undefined) {
        response.writeHead(404).end()
        return
      }
      const principal = await guard(request, response)
      if (principal === undefined) return
      onHandled()
      const body = document(principal)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
    }),
  )
}

function mountExpress(verifier: Verifier, onHandled: () => void): Promise<Mounted> {
  const app = express()
  for (const [path, requirement] of Object.entries(routes)) {
    const handler: express.RequestHandler = (request, response) => {
      onHandled()
      response.type('json').send(document(request.principal))
    }
    app.get(path, expressGuard(verifier, requirement), handler)
    app.post(path, expressGuard(verifier, requirement), handler)
  }
  return listening(createServer(app))
}

async function mountFastify(verifier: Verifier, onHandled: () => void): Promise<Mounted> {
  const app = fastify()
  for (const [url, requirement] of Object.entries(routes)) {
    app.route({
      method: ['GET', 'POST'],
      url,
      preHandler: fastifyGuard(verifier, requirement),
      handler: async (request, reply) => {
        onHandled()
        return reply.type('application/json').send(document(request.principal))
      },
    })
  }
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: portOf(app.server), close: () => app.close() }
}

function mountHono(verifier: Verifier, onHandled: () => void): Promise<Mounted> {
  const app = new Hono()
  for (const [path, requirement] of Object.entries(routes)) {
    app.on(['GET', 'POST'], path, honoGuard(verifier, requirement), (context) => {
      onHandled()
      return context.body(document(context.get('principal')), 200, { 'content-type': 'application/json' })
    })
  }
  return listeningFetch(app.fetch)
}

export const mounts: Readonly<Record<string, Mount>> = {
  'node:http': mountNode,
  Express: mountExpress,
  Fastify: mountFastify,
  Hono: mountHono,
}
