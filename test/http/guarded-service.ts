import assert from 'node:assert/strict'
import { createVerifier, type RefusalCode, type Verifier, type VerifierOptions } from 'countersign'
import { ManualClock, systemPlatform } from 'countersign/core'
import { createInProcessFeed } from 'countersign/feed'
import { AUDIENCE, FakeIssuer, ISSUER } from './fake-issuer.ts'
import type { Mounted } from './listening.ts'
import type { Mount } from './mount.ts'
import { type RawRequest, type RawResponse, sendRaw } from './raw-request.ts'

const START_MS = 1_900_000_000_000

/** A verifier that follows an issuer in this process, both on one clock that only the test moves. */
export async function followIssuer(options: Partial<VerifierOptions> = {}): Promise<{
  readonly clock: ManualClock
  readonly issuer: FakeIssuer
  readonly verifier: Verifier
}> {
  const clock = new ManualClock(START_MS)
  const issuer = new FakeIssuer(clock)
  const verifier = await follow(issuer, clock, options)
  return { clock, issuer, verifier }
}

/** One more verifier of the same issuer. */
export async function follow(issuer: FakeIssuer, clock: ManualClock, options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const platform = { ...systemPlatform, clock }
  // An idle time-out longer than any test: the tests decide when the issuer is silent.
  const feed = createInProcessFeed(issuer, { platform, idleTimeoutMs: 2 ** 31 })
  const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE, platform, feed, keys: issuer, ...options })
  await verifier.ready()
  // It has its snapshot, and follows in a moment.
  await new Promise(setImmediate)
  return verifier
}

/** A service with guarded routes behind a real socket, its verifier, and the issuer that it follows. */
export class GuardedService implements AsyncDisposable {
  readonly clock: ManualClock
  readonly issuer: FakeIssuer
  readonly #verifier: Verifier
  readonly #mounted: Mounted
  readonly #handled: () => number

  static async open(mount: Mount, options: Partial<VerifierOptions> = {}): Promise<GuardedService> {
    const { clock, issuer, verifier } = await followIssuer(options)
    let handled = 0
    const mounted = await mount(verifier, () => {
      handled++
    })
    return new GuardedService(clock, issuer, verifier, mounted, () => handled)
  }

  private constructor(clock: ManualClock, issuer: FakeIssuer, verifier: Verifier, mounted: Mounted, handled: () => number) {
    this.clock = clock
    this.issuer = issuer
    this.#verifier = verifier
    this.#mounted = mounted
    this.#handled = handled
  }

  get port(): number {
    return this.#mounted.port
  }

  /** How many requests came past a guard. */
  get handled(): number {
    return this.#handled()
  }

  send(request: RawRequest): Promise<RawResponse> {
    return sendRaw(this.port, request)
  }

  get(target: string, token?: string): Promise<RawResponse> {
    return this.send({ target, headers: token === undefined ? [] : [['Authorization', `Bearer ${token}`]] })
  }

  async accepts(target: string, token: string): Promise<void> {
    const { status, body } = await this.get(target, token)
    assert.equal(status, 200, body)
  }

  async refuses(target: string, token: string | undefined, code: RefusalCode): Promise<RawResponse> {
    return this.isRefused(await this.get(target, token), code)
  }

  /** Checks that an answer is this refusal, as a problem document. */
  isRefused(response: RawResponse, code: RefusalCode): RawResponse {
    assert.equal(response.headers.get('content-type'), 'application/problem+json')
    assert.equal(response.headers.get('cache-control'), 'no-store')
    const problem = JSON.parse(response.body)
    assert.equal(problem.code, code)
    assert.equal(problem.status, response.status)
    return response
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mounted.close()
    this.#verifier.close()
  }
}
