import type { Verifier } from 'countersign'
import type { KeyMaterial } from '../subject/material.ts'

/** What every server under load answers, so that they differ in nothing but framework and guard. */
export const reply = (): object => ({
  orders: [
    { id: 'ord_1', state: 'open', total: 1250 },
    { id: 'ord_2', state: 'sent', total: 300 },
  ],
  more: false,
})

/** The guards of each framework; `countersign` is ours. */
export const guards = {
  node: ['countersign'],
  express: ['countersign', 'express-jwt', 'passport-jwt'],
  fastify: ['countersign', '@fastify/jwt', '@fastify/jwt with cache'],
  hono: ['countersign', 'hono/jwt'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Framework = keyof typeof guards

export interface RouteRequest {
  readonly framework: Framework
  readonly guard: string
  /** How many different tokens come in. */
  readonly tokens: number
}

export interface RouteReady {
  readonly port: number
  /** Values of the `Authorization` header. */
  readonly authorizations: readonly string[]
}

/** Any handler or middleware of a framework. What a framework passes to it is that framework's business. */
export type Handler = (...parameters: never[]) => unknown

/** What a framework's server makes its guard of. */
export interface GuardMaterial {
  readonly guard: string
  readonly key: KeyMaterial
  readonly verifier: Verifier
}
