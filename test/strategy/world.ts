import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { createVerifier, type Verifier, type VerifierOptions } from 'countersign'
import { createSessionClient, type SessionClient } from 'countersign/client'
import { ManualClock, type Platform, systemClock, systemPlatform } from 'countersign/core'
import { decodeSnapshotEntries, ORIGIN, type Position } from 'countersign/revocation'
import type { ServerOptions } from '../../packages/server/src/index.ts'
import { PASSWORD, type Reply, ServerWorld } from '../http/server-world.ts'
import { GuardedRoutes, type Routes } from './guarded-routes.ts'

/** How long the parts may take to agree, in real milliseconds. They need a few. */
const DEADLINE_MS = 30_000
const STEP_MS = 5
/** In own time a step is longer, but not so much that a time-out comes before an answer on a busy machine. */
const OWN_STEP_MS = 20

/** What a service that starts loads. */
export interface Snapshot {
  readonly head: Position
  /** The deny list: `user usr_…`, `token jti_…`. */
  readonly denied: readonly string[]
}

export const claimsOf = (token: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

/** Asks again until it is so. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, meanwhile: () => void = () => {}): Promise<void> {
  const deadline = systemClock.monotonicMs() + DEADLINE_MS
  while (!(await holds())) {
    assert.ok(systemClock.monotonicMs() < deadline, `${what}: not within ${DEADLINE_MS} ms`)
    meanwhile()
    await pause(STEP_MS)
  }
}

/** A server and services that follow it over its feed, each behind a socket of its own. */
export class StrategyWorld implements AsyncDisposable {
  readonly platform: Platform
  #server: ServerWorld
  readonly #options: ServerOptions
  readonly #clock: ManualClock | undefined
  readonly #credential: string
  readonly #services = new Set<GuardedRoutes>()

  static open(options: ServerOptions = {}): Promise<StrategyWorld> {
    return StrategyWorld.#openOn(undefined, options)
  }

  /** In which time passes only by `advance`. */
  static openInOwnTime(options: ServerOptions = {}): Promise<StrategyWorld> {
    return StrategyWorld.#openOn(new ManualClock(systemClock.now()), options)
  }

  static async #openOn(clock: ManualClock | undefined, options: ServerOptions): Promise<StrategyWorld> {
    const platform = clock === undefined ? systemPlatform : { ...systemPlatform, clock }
    const server = await ServerWorld.open(options, platform)
    // On the same port after a restart, so that everybody finds it again under its name.
    const again = { ...options, port: server.port }
    return new StrategyWorld(server, again, platform, clock, (await server.service()).credential)
  }

  private constructor(server: ServerWorld, options: ServerOptions, platform: Platform, clock: ManualClock | undefined, credential: string) {
    this.#server = server
    this.#options = options
    this.platform = platform
    this.#clock = clock
    this.#credential = credential
  }

  get server(): ServerWorld {
    return this.#server
  }

  get issuer(): string {
    return this.server.running.countersign.issuer
  }

  #verifier(options: Partial<VerifierOptions> = {}): Verifier {
    return createVerifier({
      issuer: this.issuer,
      audience: this.issuer,
      credential: this.#credential,
      platform: this.platform,
      ...options,
    })
  }

  /** A service that can decide; by default with one open route, `/`. */
  async service(routes: Routes = { '/': {} }, options: Partial<VerifierOptions> = {}): Promise<GuardedRoutes> {
    const service = await this.startingService(routes, options)
    await until('the service is ready', () => service.verifier.status().state === 'fresh', this.#letTimePass)
    return service
  }

  /** A service that takes requests before it knows anything. */
  async startingService(routes: Routes = { '/': {} }, options: Partial<VerifierOptions> = {}): Promise<GuardedRoutes> {
    const service = await GuardedRoutes.open(this.#verifier(options), routes)
    this.#services.add(service)
    return service
  }

  async end(service: GuardedRoutes): Promise<void> {
    this.#services.delete(service)
    await service[Symbol.asyncDispose]()
  }

  /** The session client of a person who has signed in. */
  async client(email: string): Promise<SessionClient> {
    const client = createSessionClient({ baseUrl: this.server.url, platform: this.platform })
    await client.signIn({ email, password: PASSWORD })
    return client
  }

  /** What an operator asks for; when this returns every service has heard of it. */
  async operate(method: string, path: string, body?: unknown): Promise<Reply> {
    const reply = await this.server.local(method, path, body)
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`)
    await this.heard()
    return reply
  }

  /** What a person asks for with an access token; when this returns every service has heard of it. */
  async ask(method: string, path: string, token: string, body?: unknown): Promise<Reply> {
    const reply = await this.server.ask(method, path, { token, ...(body === undefined ? {} : { body }) })
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`)
    await this.heard()
    return reply
  }

  revoke(kind: string, id?: string, mode?: 'soft' | 'hard'): Promise<Reply> {
    const target = { kind, ...(id === undefined ? {} : { id }) }
    return this.operate('POST', '/v1/revocations', { target, ...(mode === undefined ? {} : { mode }) })
  }

  /** What a service asks of the server about a token (RFC 7662), or tells it (RFC 7009), with the credential that it has anyway. */
  async aboutToken(verb: 'introspect' | 'revoke', token: string): Promise<Readonly<Record<string, unknown>>> {
    const response = await fetch(`${this.server.url}/v1/tokens/${verb}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#credential}` },
      body: new URLSearchParams({ token }),
    })
    assert.equal(response.status, 200)
    await this.heard()
    return verb === 'introspect' ? ((await response.json()) as Readonly<Record<string, unknown>>) : {}
  }

  /** What a service that starts now would load. */
  async snapshot(): Promise<Snapshot> {
    const { status, text } = await this.server.ask('GET', '/v1/feed/snapshot', { token: this.#credential })
    assert.equal(status, 200)
    const claims = claimsOf(text) as { readonly [Name: string]: unknown; readonly head: Position }
    const entries = decodeSnapshotEntries(claims, ORIGIN, claims.head) ?? []
    const cutoffs = entries.filter(({ kind }) => kind === 'cutoff')
    return { head: claims.head, denied: [...new Set(cutoffs.map(({ target }) => `${target.kind} ${target.id}`))] }
  }

  /** Waits until every service has the log as the server has it now. */
  async heard(): Promise<void> {
    if (this.#services.size === 0) return
    const { head } = await this.snapshot()
    const hasAll = ({ verifier }: GuardedRoutes): boolean => verifier.status().position >= head && verifier.status().state === 'fresh'
    await until('the services follow the log', () => [...this.#services].every(hasAll), this.#letTimePass)
  }

  /** Lets time pass, for the server, the services and whoever has `platform`; then lets them find each other again. */
  async advance(seconds: number): Promise<void> {
    this.pass(seconds)
    await until('the server is ready', async () => (await this.server.ask('GET', '/readyz')).status === 200, this.#letTimePass)
    await this.heard()
  }

  /** Time passes, and nobody waits for anybody. */
  pass(seconds: number): void {
    this.#clock?.advance(seconds * 1000)
  }

  /** Stops the server; `start` brings it back on what it left behind. */
  async stop(): Promise<void> {
    await this.#ended(this.#server.stop())
  }

  async start(): Promise<void> {
    this.#server = await ServerWorld.openIn(this.#server.folder, this.#options, this.platform)
  }

  readonly #letTimePass = (): void => this.#clock?.advance(OWN_STEP_MS)

  /** A server that stops looks at its clock for how long it may take. */
  async #ended(stopping: Promise<void>): Promise<void> {
    let hasStopped = false
    const done = (): void => {
      hasStopped = true
    }
    stopping.then(done, done)
    await until('the server stops', () => hasStopped, this.#letTimePass)
    await stopping
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#services].map((service) => this.end(service)))
    await this.#ended(this.#server[Symbol.asyncDispose]())
  }
}
