import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { guard as countersignGuard } from 'countersign/express'
import { importPeer } from '../harness/install.ts'
import { audience, issuer } from '../subject/material.ts'
import { type GuardMaterial, type Handler, reply } from './route.ts'

interface Express {
  default(): {
    get(path: string, ...handlers: readonly Handler[]): void
    listen(port: number, host: string): Server
  }
}
interface ExpressJwt {
  expressjwt(options: object): Handler
}
interface Passport {
  readonly default: {
    use(strategy: object): void
    authenticate(strategy: string, options: object): Handler
  }
}
interface PassportJwt {
  readonly default: {
    readonly Strategy: new (options: object, verify: (payload: unknown, done: (error: null, user: unknown) => void) => void) => object
    readonly ExtractJwt: { fromAuthHeaderAsBearerToken(): Handler }
  }
}

async function guardOf({ guard, key, verifier }: GuardMaterial): Promise<Handler> {
  if (guard === 'countersign') return countersignGuard(verifier)
  if (guard === 'express-jwt') {
    const { expressjwt } = await importPeer<ExpressJwt>('express-jwt')
    return expressjwt({ secret: key.publicKey, algorithms: ['ES256'], issuer, audience })
  }
  const { default: passport } = await importPeer<Passport>('passport')
  const { default: library } = await importPeer<PassportJwt>('passport-jwt')
  const options = {
    jwtFromRequest: library.ExtractJwt.fromAuthHeaderAsBearerToken(),
    secretOrKey: key.publicKey,
    algorithms: ['ES256'],
    issuer,
    audience,
  }
  passport.use(new library.Strategy(options, (payload, done) => done(null, payload)))
  return passport.authenticate('jwt', { session: false })
}

export async function listenExpress(material: GuardMaterial): Promise<number> {
  const app = (await importPeer<Express>('express')).default()
  const respond = (_request: unknown, response: { json(body: object): void }): void => response.json(reply())
  app.get('/bare', respond)
  app.get('/guarded', await guardOf(material), respond)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
