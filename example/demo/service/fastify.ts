import type { AddressInfo } from 'node:net'
import { guard } from 'countersign/fastify'
import fastify, { type FastifyRequest } from 'fastify'
import { announce, openVerifier } from './open-verifier.ts'

const verifier = await openVerifier()
const app = fastify()
const answer = async (request: FastifyRequest) => ({ user: request.principal?.user, roles: request.principal?.roles })

app.get('/orders', { preHandler: guard(verifier, {}) }, answer)
app.get('/staff', { preHandler: guard(verifier, { role: 'staff' }) }, answer)
app.get('/transfer', { preHandler: guard(verifier, { freshness: 'strict' }) }, answer)

await app.listen({ port: 0, host: '127.0.0.1' })
announce((app.server.address() as AddressInfo).port)
