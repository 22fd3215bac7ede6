import type { Server } from 'node:http'
import { AuthError, type Platform, systemPlatform } from 'countersign/core'
import { type Certificate, CertificateReloader, readCertificate } from './certificate.ts'
import type { Surroundings } from './compose.ts'
import { onPort, type ServerConfig } from './config.ts'
import { type Countersign, openCountersign } from './countersign.ts'
import { Drain } from './drain.ts'
import { createWebServer, type Handler, requestListener, type WebServer } from './http-server.ts'
import { listenLocally, localSocketPath } from './local-socket.ts'
import { createLogger } from './logger.ts'
import { listenForMetrics } from './metrics-listener.ts'
import { problemResponse } from './problem-response.ts'
import { requestId } from './request-id.ts'

const CERTIFICATE_POLL_MS = 2_000

export interface RunningServer {
  /** Where it listens; the issuer may be another name for it. */
  readonly url: string
  readonly countersign: Countersign
  /** Where the metrics are, when they have a port of their own. */
  readonly metricsUrl: string | undefined
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
  const { clientCertificates: asksClients, clientCaFile } = config
  if (asksClients && config.tls === undefined) {
    throw new Error(
      'Certificates of clients are asked for by our own TLS: give it a certificate (COUNTERSIGN_TLS_CERT, COUNTERSIGN_TLS_KEY).',
    )
  }
  const files = config.tls && { ...config.tls, clientCaFile }
  const certificate = files && readCertificate(files)
  let handler: Handler = async () =>
    problemResponse(new AuthError('unavailable'), { requestId: requestId(platform.random), realm: undefined })
  const web = createWebServer(
    requestListener((request, connection) => handler(request, connection), platform.random),
    certificate && { certificate, asksClients },
    platform,
  )
  const drain = new Drain(web.server, platform.clock)
  // From the first connection on: each is known when a CA is taken away.
  const reloader = certificate && reloaderOf(config, web, certificate, (reload) => log.info(reload, 'certificate'))
  const port = await listen(web.server, config)
  let countersign: Countersign | undefined
  let localDrain: Drain | undefined
  let metrics: MetricsDoor | undefined
  try {
    countersign = await openCountersign(onPort(config, port), { ...surroundings, platform, log })
    handler = countersign.fetch
    metrics = await openMetricsDoor(countersign, config, platform)
    localDrain = await openLocalDoor(countersign, config, platform)
  } catch (error) {
    web.server.close()
    web.server.closeAllConnections()
    await Promise.all([metrics?.drain.run(), countersign?.close()])
    throw error
  }
  reloader?.start(CERTIFICATE_POLL_MS, platform.clock)
  const running = countersign
  return {
    url: urlOf(config, web, port),
    countersign,
    metricsUrl: metrics?.url,
    reloadCertificate: () => reloader?.reload(),
    async stop() {
      reloader?.stop()
      running.endFeeds()
      await Promise.all([drain.run(), localDrain?.run(), metrics?.drain.run()])
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

async function openLocalDoor(countersign: Countersign, { database }: ServerConfig, platform: Platform): Promise<Drain | undefined> {
  const path = localSocketPath(database.path)
  if (path === undefined) return undefined
  const listener = requestListener((request) => countersign.localFetch(request), platform.random)
  return new Drain(await listenLocally(path, listener), platform.clock)
}

interface MetricsDoor {
  readonly drain: Drain
  readonly url: string
}

async function openMetricsDoor(
  countersign: Countersign,
  { metrics }: ServerConfig,
  { clock, random }: Platform,
): Promise<MetricsDoor | undefined> {
  if (metrics.kind !== 'listener') return undefined
  const { server, url } = await listenForMetrics(metrics, countersign, random)
  return { drain: new Drain(server, clock), url }
}

function reloaderOf(
  { tls, clientCaFile, clientCertificates }: ServerConfig,
  web: WebServer,
  loaded: Certificate,
  onReload: ConstructorParameters<typeof CertificateReloader>[3],
): CertificateReloader | undefined {
  if (tls === undefined || web.kind !== 'https') return undefined
  return new CertificateReloader({ ...tls, clientCaFile }, web.server, loaded, onReload, clientCertificates)
}

function urlOf({ host }: ServerConfig, web: WebServer, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `${web.kind}://${name}:${port}`
}
