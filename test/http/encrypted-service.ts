import { createServer } from 'node:http'
import { encryptedBodies as expressBodies } from 'countersign/express'
import { encryptedBodies as fastifyBodies } from 'countersign/fastify'
import { encryptedBodies as honoBodies } from 'countersign/hono'
import { encryptedBodies as nodeBodies } from 'countersign/node'
import type { BodyEncryption } from 'countersign/token'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { listening, listeningFetch, type Mounted, portOf } from './listening.ts'

/** What a handler has found, and the body that it answers with. */
export type OnHandled = (type: string, body: unknown) => void

export type EncryptedMount = (encryption: BodyEncryption, required: boolean, onHandled: OnHandled) => Promise<Mounted>

const answer = (body: unknown) => ({ echo: body ?? null })

const mountNode: EncryptedMount = (encryption, required, onHandled) => {
  const open = nodeBodies(encryption, { required })
  return listening(
    createServer(async (request, response) => {
      if (!(await open(request, response))) return
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const text = Buffer.concat(chunks).toString()
      const body = text === '' ? undefined : JSON.parse(text)
      onHandled(request.headers['content-type'] ?? '', body)
      const whole = JSON.stringify(answer(body))
      // In pieces, with the head first, as a stream does.
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(whole) })
      response.write(whole.slice(0, 5))
      response.end(whole.slice(5))
    }),
  )
}

const mountExpress: EncryptedMount = (encryption, required, onHandled) => {
  const app = express()
  app.all('/orders', expressBodies(encryption, { required }), express.json(), (request, response) => {
    onHandled(request.headers['content-type'] ?? '', request.body)
    response.status(201).json(answer(request.body))
  })
  return listening(createServer(app))
}

const mountFastify: EncryptedMount = async (encryption, required, onHandled) => {
  const app = fastify()
  app.route({
    method: ['GET', 'POST'],
    url: '/orders',
    onRequest: fastifyBodies(encryption, { required }),
    handler: async (request, reply) => {
      onHandled(request.headers['content-type'] ?? '', request.body ?? undefined)
      return reply.code(201).send(answer(request.body))
    },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: portOf(app.server), close: () => app.close() }
}

const mountHono: EncryptedMount = (encryption, required, onHandled) => {
  const app = new Hono()
  app.all('/orders', honoBodies(encryption, { required }), async (context) => {
    const text = await context.req.text()
    const body = text === '' ? undefined : JSON.parse(text)
    onHandled(context.req.header('content-type') ?? '', body)
    return context.json(answer(body), 201)
  })
  return listeningFetch(app.fetch)
}

export const encryptedMounts: Readonly<Record<string, EncryptedMount>> = {
  'node:http': mountNode,
  Express: mountExpress,
  Fastify: mountFastify,
  Hono: mountHono,
}
