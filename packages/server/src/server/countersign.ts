import { apart } from '../audit/index.ts'
import { type Composition, compose, type Surroundings } from './compose.ts'
import { configFromOptions, type ServerConfig, type ServerOptions } from './config.ts'
import type { Connection } from './connection.ts'
import { jobs } from './job/job-table.ts'
import { startJobs } from './job/job.ts'

/** A running server without a port of its own: a fetch handler for any application. */
export interface Countersign {
  readonly issuer: string
  /**
   * Answers a request.
   *
   * @param connection Who is at the other end. Without it the address is unknown and the URL's scheme tells whether
   * the transport is secure.
   */
  fetch(request: Request, connection?: Connection): Promise<Response>
  /**
   * Answers a request with the authority of this machine's administrator. Never put a network behind it.
   */
  localFetch(request: Request): Promise<Response>
  /**
   * Offers to create the first administrator: the link to open, once, within 24 hours. Undefined when there is one.
   */
  offerSetup(): Promise<string | undefined>
  /** Ends the open feeds and answers who waits for events, so that a stop need not wait for them. */
  endFeeds(): void
  /** Stops working and lets go of the database. */
  close(): Promise<void>
}

/**
 * Embeds a server in an application.
 *
 * @throws {ConfigError} with every mistake in the options.
 * @throws {StoreLockedError} when another process writes to the database.
 */
export async function createCountersign(options: ServerOptions = {}, surroundings: Surroundings = {}): Promise<Countersign> {
  return openCountersign(configFromOptions(options), surroundings)
}

/** As `createCountersign`, on a configuration that was read already. */
export async function openCountersign(config: ServerConfig, surroundings: Surroundings = {}): Promise<Countersign> {
  // Whatever is traced where a server is made: what it does by itself later on is no part of it.
  const composition = await apart(() => compose(config, surroundings))
  const stopJobs = apart(() => startJobs(jobs, composition.services))
  return present(composition, stopJobs)
}

function present({ services, answer, close }: Composition, stopJobs: () => void): Countersign {
  const { issuer } = services.config
  let closing: Promise<void> | undefined
  return Object.freeze({
    issuer,
    fetch: (request: Request, connection?: Connection) => answer(request, connection, false),
    localFetch: (request: Request) => answer(request, { address: undefined, secure: true }, true),
    async offerSetup() {
      const token = await services.accounts.offerSetup()
      return token === undefined ? undefined : `${issuer}/setup#${token}`
    },
    endFeeds() {
      services.feedStreams.endAll()
      services.polling.stop()
    },
    close() {
      stopJobs()
      closing ??= close()
      return closing
    },
  })
}

export { StoreLockedError } from '../store/index.ts'
