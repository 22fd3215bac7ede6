import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { type Countersign, createCountersign } from '@countersign/server'
import { AuthError, createVerifier, type Requirement, type Verifier } from 'countersign'
import { ManualClock, type Platform, type RefusalCode } from 'countersign/core'
import type { Chance } from './chance.ts'
import { Network } from './network.ts'

export const issuer = 'http://127.0.0.1:4000'
export const accessTokenSeconds = 300
export const bounds = { freshSeconds: 5, graceSeconds: 60, skewSeconds: 5 } as const
const verifierCount = 2
const start = Date.UTC(2030, 0, 1)

/** What a verifier said of a token. */
export type Verdict = 'accepted' | RefusalCode

export interface Reply {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface Call {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** With the authority of the machine's own operator. */
  readonly local?: true
}

/** Server, database files, network and verifiers in one process, on one clock that only the walk moves. */
export class World implements AsyncDisposable {
  readonly clock = new ManualClock(start)
  readonly network: Network
  readonly #folder = mkdtempSync(join(tmpdir(), 'countersign-walk-'))
  readonly #secret: string
  readonly #platform: Platform
  #life = 0
  #server: Countersign | undefined
  #verifiers: readonly Verifier[] = []

  private constructor(chance: Chance) {
    this.network = new Network(chance)
    this.#secret = Buffer.from(chance.bytes(32)).toString('base64url')
    this.#platform = { clock: this.clock, random: { bytes: (length) => chance.bytes(length) }, fetch: this.network.fetch }
    mkdirSync(this.#path())
  }

  static async open(chance: Chance): Promise<World> {
    const world = new World(chance)
    await world.startServer()
    const service = await world.send('POST', '/v1/services', { body: { name: 'walk' }, local: true })
    world.#verifiers = Array.from({ length: verifierCount }, () =>
      createVerifier({
        issuer,
        audience: issuer,
        credential: String(service.body['credential']),
        platform: world.#platform,
        freshness: { freshSeconds: bounds.freshSeconds, graceSeconds: bounds.graceSeconds },
      }),
    )
    await world.drive(Promise.all(world.#verifiers.map((verifier) => verifier.ready())))
    return world
  }

  get verifierCount(): number {
    return this.#verifiers.length
  }

  get isUp(): boolean {
    return this.#server !== undefined
  }

  async startServer(): Promise<void> {
    const server = await this.drive(
      createCountersign(
        {
          issuer,
          database: `sqlite:${join(this.#path(), 'countersign.db')}`,
          secret: this.#secret,
          accessTokenSeconds,
          passwordMemoryKib: 64,
          passwordPasses: 1,
          logLevel: 'silent',
        },
        { platform: this.#platform },
      ),
    )
    this.#server = server
    this.network.connect((request) => server.fetch(request))
  }

  /** The process dies: what the database files hold at this moment is all that is left. */
  async crash(): Promise<void> {
    const dead = this.#server
    const before = this.#path()
    this.#life += 1
    mkdirSync(this.#path())
    for (const file of ['countersign.db', 'countersign.db-wal']) {
      if (existsSync(join(before, file))) copyFileSync(join(before, file), join(this.#path(), file))
    }
    this.#server = undefined
    this.network.connect(undefined)
    if (dead !== undefined) await this.drive(dead.close())
  }

  async send(method: string, path: string, { token, body, headers = {}, local }: Call = {}): Promise<Reply> {
    const server = this.#server
    if (server === undefined) throw new TypeError('fetch failed')
    const request = new Request(issuer + path, {
      method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const response = await this.drive(local === true ? server.localFetch(request) : server.fetch(request))
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Reply['body']) }
  }

  async ask(verifier: number, token: string, requirement: Requirement = {}): Promise<Verdict> {
    const asked = this.#verifiers[verifier]
    if (asked === undefined) throw new RangeError(`no verifier ${verifier}`)
    try {
      await this.drive(asked.authenticate({ authorization: `Bearer ${token}`, cookie: undefined }, requirement))
      return 'accepted'
    } catch (error) {
      if (error instanceof AuthError) return error.code
      throw error
    }
  }

  /** Lets everything under way come to rest without moving the clock. */
  async settle(turns = 12): Promise<void> {
    for (let passed = 0; passed < turns; passed++) await turn()
  }

  /** Moves the clock in small steps, so that what a timer starts can end before the next one runs. */
  async pass(milliseconds: number, stepMs = 250): Promise<void> {
    for (let left = milliseconds; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs))
      await this.settle(4)
    }
    await this.settle()
  }

  /** Awaits `promise`; moves the clock a little whenever nothing else can bring it on. */
  async drive<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const watched = promise.finally(() => {
      settled = true
    })
    watched.catch(() => undefined)
    for (let turns = 0; !settled; turns++) {
      await turn()
      if (turns % 200 !== 199) continue
      // Password hashing runs on threads: it needs real time, not simulated time, and a processor that is not taken by this loop.
      await pause(1)
      if (!settled) this.clock.advance(50)
    }
    return watched
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const verifier of this.#verifiers) verifier.close()
    if (this.#server !== undefined) await this.drive(this.#server.close())
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #path(): string {
    return join(this.#folder, String(this.#life))
  }
}
