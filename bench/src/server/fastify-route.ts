import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { guard as countersignGuard } from 'countersign/fastify'
import { importPeer } from '../harness/install.ts'
import { audience, issuer } from '../subject/material.ts'
import { type GuardMaterial, type Handler, reply } from './route.ts'

interface FastifyApp {
  readonly server: Server
  register(plugin: unknown, options: object): PromiseLike<unknown>
  get(path: string, options: object, handler: () => Promise<object>): void
  listen(address: { readonly port: number; readonly host: string }): Promise<unknown>
}
interface Fastify {
  default(): FastifyApp
}

/** The hook that each library documents for its guard. */
async function guardOf(app: FastifyApp, { guard, key, verifier }: GuardMaterial): Promise<Readonly<Record<string, Handler>>> {
  if (guard === 'countersign') return { preHandler: countersignGuard(verifier) }
  const { default: plugin } = await importPeer<{ readonly default: unknown }>('@fastify/jwt')
  const secret = {
    private: key.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    public: key.publicKey.export({ type: 'spki', format: 'pem' }),
  }
  const cache = guard.endsWith('with cache') ? { cache: true } : {}
  const verify = { algorithms: ['ES256'], allowedIss: issuer, allowedAud: audience, ...cache }
  await app.register(plugin, { secret, sign: { algorithm: 'ES256' }, verify })
  return { onRequest: (request: { jwtVerify(): Promise<unknown> }) => request.jwtVerify() }
}

export async function listenFastify(material: GuardMaterial): Promise<number> {
  const app = (await importPeer<Fastify>('fastify')).default()
  const respond = async (): Promise<object> => reply()
  const guard = await guardOf(app, material)
  app.get('/bare', {}, respond)
  app.get('/guarded', guard, respond)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}
