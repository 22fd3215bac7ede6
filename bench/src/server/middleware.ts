/** A child process: one framework with a bare and a guarded route. */
import { answerParent } from '../harness/parent.ts'
import { localVerifier } from '../subject/local-verifier.ts'
import { newClaims, newKey, newToken } from '../subject/material.ts'
import { listenExpress } from './express-route.ts'
import { listenFastify } from './fastify-route.ts'
import { listenHono } from './hono-route.ts'
import { listenNode } from './node-route.ts'
import type { Framework, GuardMaterial, RouteReady, RouteRequest } from './route.ts'

const listeners: Readonly<Record<Framework, (material: GuardMaterial) => Promise<number>>> = {
  node: listenNode,
  express: listenExpress,
  fastify: listenFastify,
  hono: listenHono,
}

async function start({ framework, guard, tokens }: RouteRequest): Promise<RouteReady> {
  const key = newKey('ES256')
  const { verifier, position } = await localVerifier(key, 10_000)
  const authorizations = Array.from({ length: tokens }, () => `Bearer ${newToken(key, newClaims(position))}`)
  return { port: await listeners[framework]({ guard, key, verifier }), authorizations }
}

answerParent({ start })
