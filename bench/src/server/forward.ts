import type { Server } from 'node:http'

/** Who forwards; the first two are ours. */
export const forwarders = [
  'countersign/bff, with session and token',
  'countersign/bff, nothing added',
  '@fastify/http-proxy',
  'http-proxy-middleware',
] as const

export type Forwarder = (typeof forwarders)[number]

/** The package that a forwarder needs. */
export const packageOf: Readonly<Record<Forwarder, string | undefined>> = {
  'countersign/bff, with session and token': undefined,
  'countersign/bff, nothing added': undefined,
  '@fastify/http-proxy': '@fastify/http-proxy',
  'http-proxy-middleware': 'http-proxy-middleware',
}

export interface ForwardRequest {
  readonly forwarder: Forwarder
  readonly upstream: string
}

export interface ForwardReady {
  readonly port: number
  /** What a request has to carry. */
  readonly cookie: string | undefined
}

/** Paths of the service behind them, and the bytes of its answers. */
export const answers: Readonly<Record<string, number>> = { '/small': 1024, '/large': 262_144 }

export const portOf = (server: Server): number => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}
