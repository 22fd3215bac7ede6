import type { AddressInfo } from 'node:net'
import { guard as countersignGuard } from 'countersign/hono'
import { importPeer } from '../harness/install.ts'
import { audience, issuer } from '../subject/material.ts'
import { type GuardMaterial, type Handler, reply } from './route.ts'

interface Hono {
  readonly Hono: new () => {
    get(path: string, ...handlers: readonly Handler[]): void
    readonly fetch: (request: Request) => Promise<Response>
  }
}
interface HonoJwt {
  jwt(options: object): Handler
}
interface HonoServer {
  serve(options: object, listening: (address: AddressInfo) => void): void
}

async function guardOf({ guard, key, verifier }: GuardMaterial): Promise<Handler> {
  if (guard === 'countersign') return countersignGuard(verifier)
  const { jwt } = await importPeer<HonoJwt>('hono/jwt')
  // A CryptoKey, so that it is not imported anew for each request.
  const spki = Uint8Array.from(key.publicKey.export({ type: 'spki', format: 'der' }))
  const secret = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  return jwt({ secret, alg: 'ES256', verification: { iss: issuer, aud: audience, typ: 'at+jwt' } })
}

export async function listenHono(material: GuardMaterial): Promise<number> {
  const { Hono } = await importPeer<Hono>('hono')
  const { serve } = await importPeer<HonoServer>('@hono/node-server')
  const app = new Hono()
  const respond = (context: { json(body: object): Response }): Response => context.json(reply())
  app.get('/bare', respond)
  app.get('/guarded', await guardOf(material), respond)
  const { port } = await new Promise<AddressInfo>((resolve) => serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, resolve))
  return port
}
