import { createServer } from 'node:http'
import type { Principal, Requirement, Verifier } from 'countersign'
import { guard as expressGuard } from 'countersign/express'
import { guard as fastifyGuard } from 'countersign/fastify'
import { guard as honoGuard } from 'countersign/hono'
import { guard as nodeGuard } from 'countersign/node'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { listening, listeningFetch, type Mounted, portOf } from './listening.ts'
import type { Mount } from './mount.ts'

/** Below `/api`, where a router takes its own path off the request. */
export const signedRoutes: Readonly<Record<string, Requirement>> = {
  '/either': {},
  '/signed': { signed: true },
  '/fast': { signed: { windowSeconds: 2 } },
  '/once': { signed: { once: true } },
  '/open': { signed: { unsignedPayload: true } },
  '/tokens': { signed: false },
  '/hawk': { signed: { forms: ['hawk'] } },
  '/covered': { signed: { forms: ['http-message'], cover: ['@method', '@target-uri', 'x-tenant'] } },
  '/write': { scope: 'orders:write' },
  '/strict': { freshness: 'strict' },
  '/ask': { freshness: { maxAgeSeconds: 5, whenStale: 'ask' } },
  '/checked': { recheck: { everyRequests: 1 } },
}

/** Who is calling, and what the framework's own body parser has found behind the guard. */
const document = (principal: Principal | undefined, body: unknown): string =>
  JSON.stringify({ user: principal?.user, client: principal?.client, methods: principal?.methods, body })

const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const

function mountNode(verifier: Verifier, onHandled: () => void): Promise<Mounted> {
  const guards = new Map(Object.entries(signedRoutes).map(([path, requirement]) => [`/api${path}`, nodeGuard(verifier, requirement)]))
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
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const text = Buffer.concat(chunks).toString()
      response.writeHead(200, { 'content-type': 'application/json' }).end(document(principal, text === '' ? undefined : JSON.parse(text)))
    }),
  )
}

function mountExpress(verifier: Verifier, onHandled: () => void): Promise<Mounted> {
  const app = express()
  const router = express.Router()
  for (const [path, requirement] of Object.entries(signedRoutes)) {
    // A second guard behind the first is no second request.
    router.all(path, expressGuard(verifier, requirement), expressGuard(verifier, requirement), express.json(), (request, response) => {
      onHandled()
      response.type('json').send(document(request.principal, request.body))
    })
  }
  app.use('/api', router)
  return listening(createServer(app))
}

async function mountFastify(verifier: Verifier, onHandled: () => void): Promise<Mounted> {
  const app = fastify()
  for (const [path, requirement] of Object.entries(signedRoutes)) {
    app.route({
      method: [...methods],
      url: `/api${path}`,
      onRequest: fastifyGuard(verifier, requirement),
      handler: async (request, reply) => {
        onHandled()
        return reply.type('application/json').send(document(request.principal, request.body ?? undefined))
      },
    })
  }
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: portOf(app.server), close: () => app.close() }
}

function mountHono(verifier: Verifier, onHandled: () => void): Promise<Mounted> {
  const app = new Hono().basePath('/api')
  for (const [path, requirement] of Object.entries(signedRoutes)) {
    app.on([...methods], path, honoGuard(verifier, requirement), async (context) => {
      onHandled()
      const text = await context.req.text()
      const body = document(context.get('principal'), text === '' ? undefined : JSON.parse(text))
      return context.body(body, 200, { 'content-type': 'application/json' })
    })
  }
  return listeningFetch(app.fetch)
}

export const signedMounts: Readonly<Record<string, Mount>> = {
  'node:http': mountNode,
  Express: mountExpress,
  Fastify: mountFastify,
  Hono: mountHono,
}
