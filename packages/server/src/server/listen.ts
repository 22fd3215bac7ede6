import type { Server } from 'node:http'
import { AuthError, type Clock, systemPlatform } from 'countersign/core'
import { type Certificate, CertificateReloader, readCertificate } from './certificate.ts'
import type { Surroundings } from './compose.ts'
import { onPort, type ServerConfig } from './config.ts'
import { type Countersign, openCountersign } from './countersign.ts'
import { createWebServer, type Handler, requestListener, type WebServer } from './http-server.ts'
import { listenLocally, localSocketPath } from './local-socket.ts'
import { createLogger } from './logger.ts'
import { problemResponse } from './problem-response.ts'
import { requestId } from './request-id.ts'

/** Requests that are under way when the server stops get this long. */
const DRAIN_MS = 10_000
const DRAIN_STEP_MS = 50
const CERTIFICATE_POLL_MS = 2_000

export interface RunningServer {
  /** Where it listens; the issuer may be another name for it. */
  readonly url: string
  readonly countersign: Countersign
  /** Looks at the certificate files now. Does nothing without TLS. */
  reloadCertificate(): void
  /** Takes no more connections, finishes what is under way, then lets go of the database. */
  stop(): Promise<void>
}

/**
 * Runs the server on its port and on the local socket.
 *
 * The port is taken first: a second server on it, or a misspelt address, fails before the database is touched. Until
 * everything is up, requests get 503.
 *
 * @throws {Error} when the port, the certificate or the database cannot be used.
 */
export async function serve(config: ServerConfig, surroundings: Surroundings = {}): Promise<RunningServer> {
  const platform = surroundings.platform ?? systemPlatform
  const log = surroundings.log ?? createLogger(config.logLevel)
  const certificate = config.tls === undefined ? undefined : readCertificate(config.tls)
  let handler: Handler = async () =>
    problemResponse(new AuthError('unavailable'), { requestId: requestId(platform.random), realm: undefined })
  const web = createWebServer(
    requestListener((request, connection) => handler(request, connection), platform.random),
    certificate,
    platform,
  )
  const port = await listen(web.server, config)
  let countersign: Countersign | undefined
  let local: Server | undefined
  try {
    countersign = await openCountersign(onPort(config, port), { platform, log })
    handler = countersign.fetch
    local = await openLocalDoor(countersign, config, surroundings)
  } catch (error) {
    web.server.close()
    web.server.closeAllConnections()
    await countersign?.close()
    throw error
  }
  const reloader =
    certificate === undefined ? undefined : followCertificate(config, web, certificate, (reload) => log.info(reload, 'certificate'))
  const running = countersign
  return {
    url: urlOf(config, web, port),
    countersign,
    reloadCertificate: () => reloader?.reload(),
    async stop() {
      reloader?.stop()
      running.endFeeds()
      await Promise.all([drain(web.server, platform.clock), local === undefined ? undefined : drain(local, platform.clock)])
      await running.close()
    },
  }
}

function listen(server: Server, { port, host }: ServerConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

async function openLocalDoor(
  countersign: Countersign,
  { database }: ServerConfig,
  surroundings: Surroundings,
): Promise<Server | undefined> {
  const path = localSocketPath(database.path)
  if (path === undefined) return undefined
  const { random } = surroundings.platform ?? systemPlatform
  return listenLocally(
    path,
    requestListener((request) => countersign.localFetch(request), random),
  )
}

function followCertificate(
  { tls }: ServerConfig,
  web: WebServer,
  loaded: Certificate,
  onReload: ConstructorParameters<typeof CertificateReloader>[3],
): CertificateReloader | undefined {
  if (tls === undefined || web.kind !== 'https') return undefined
  const reloader = new CertificateReloader(tls, web.server, loaded, onReload)
  reloader.start(CERTIFICATE_POLL_MS)
  return reloader
}

function urlOf({ host }: ServerConfig, web: WebServer, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `${web.kind}://${name}:${port}`
}

/** Stops accepting, lets answers out, and at the end cuts what is still there. */
async function drain(server: Server, clock: Clock): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
  const endMs = clock.monotonicMs() + DRAIN_MS
  let cancel = (): void => {}
  const step = (): void => {
    // A connection that was answered just now is idle and would be kept for its next request.
    if (clock.monotonicMs() >= endMs) server.closeAllConnections()
    else server.closeIdleConnections()
    cancel = clock.after(DRAIN_STEP_MS, step)
  }
  step()
  await closed
  cancel()
}
