import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'

export interface Mounted {
  readonly port: number
  close(): Promise<void>
}

export function listening(server: Server): Promise<Mounted> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(mounted(server)))
  })
}

/** For an application of Hono. */
export function listeningFetch(fetch: (request: Request, bindings: object) => Response | Promise<Response>): Promise<Mounted> {
  return new Promise((resolve) => {
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0, overrideGlobalObjects: false }, () => resolve(mounted(server as Server)))
  })
}

export const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port

function mounted(server: Server): Mounted {
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { port: portOf(server), close }
}
