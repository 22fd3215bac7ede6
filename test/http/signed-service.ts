import assert from 'node:assert/strict'
import {
  createVerifier,
  type RefusalCode,
  type SignedRequestOptions,
  type StaticAccessKey,
  staticAccessKeys,
  type Verifier,
  type VerifierOptions,
} from 'countersign'
import { type Clock, ManualClock, systemPlatform } from 'countersign/core'
import { createInProcessFeed } from 'countersign/feed'
import { MemoryReplayStore, type ReplayStore } from 'countersign/replay'
import { AUDIENCE, FakeIssuer, ISSUER } from './fake-issuer.ts'
import type { Mounted } from './listening.ts'
import type { Mount } from './mount.ts'
import type { RawResponse } from './raw-request.ts'
import { bytesOf, type Call, sendBytes, type Signer, signers } from './signed-call.ts'

const START_MS = 1_900_000_000_000
const HOUR_MS = 3_600_000

export const KEY: StaticAccessKey = {
  id: 'CSKABCDEFGHIJKLMNOPQ',
  secret: 'cs_sk_wJalrXUtnFEMI-K7MDENG_bPxRfiCYEXAMPLEKEY',
  user: 'usr_ann',
  scope: ['orders:read'],
  roles: ['staff'],
}

export interface SignedServiceOptions {
  readonly keys?: readonly StaticAccessKey[]
  readonly signedRequests?: Partial<Omit<SignedRequestOptions, 'replay'>>
  readonly verifier?: Partial<VerifierOptions>
  /** Default: a memory that is an hour old. */
  readonly replay?: (clock: Clock) => ReplayStore
  /** How far the clock of the service's machine is ahead of everybody else's. Default 0. */
  readonly aheadMs?: number
}

/** The clock of one machine, which somebody has set wrong. */
class HostClock implements Clock {
  readonly #right: Clock
  aheadMs: number

  constructor(right: Clock, aheadMs: number) {
    this.#right = right
    this.aheadMs = aheadMs
  }

  now(): number {
    return this.#right.now() + this.aheadMs
  }

  monotonicMs(): number {
    return this.#right.monotonicMs()
  }

  after(...wait: Parameters<Clock['after']>): ReturnType<Clock['after']> {
    return this.#right.after(...wait)
  }
}

/** A service with signed routes behind a real socket, the issuer that it follows, and the keys that the issuer knows. */
export class SignedService implements AsyncDisposable {
  readonly clock: ManualClock
  /** The clock of the service itself. */
  readonly machine: HostClock
  readonly issuer: FakeIssuer
  readonly keys: Map<string, StaticAccessKey>
  /** Every question about a key that the issuer was asked. */
  readonly questions: string[]
  /** What the guards have refused, with all that strangers are not told. */
  readonly thrown: unknown[]
  readonly verifier: Verifier
  readonly #mounted: Mounted
  readonly #handled: () => number

  static async open(mount: Mount, options: SignedServiceOptions = {}): Promise<SignedService> {
    const clock = new ManualClock(START_MS - HOUR_MS)
    const host = new HostClock(clock, options.aheadMs ?? 0)
    const replay = new MemoryReplayStore({ clock: host })
    clock.advance(HOUR_MS)
    const issuer = new FakeIssuer(clock)
    const keys = new Map((options.keys ?? [KEY]).map((key) => [key.id, key]))
    const questions: string[] = []
    const thrown: unknown[] = []
    const find = (id: string): StaticAccessKey | undefined => {
      questions.push(id)
      if (issuer.isSilent) throw new Error('the issuer is silent')
      return keys.get(id)
    }
    const platform = { ...systemPlatform, clock: host }
    const verifier = createVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      platform,
      feed: createInProcessFeed(issuer, { platform, idleTimeoutMs: 2 ** 31 }),
      keys: issuer,
      onRefusal: (refused) => thrown.push(refused),
      ...options.verifier,
      signedRequests: {
        keys: staticAccessKeys({ find, rev: () => issuer.head }),
        ...options.signedRequests,
        replay: options.replay?.(host) ?? replay,
      },
    })
    await verifier.ready()
    await new Promise(setImmediate)
    let handled = 0
    const mounted = await mount(verifier, () => {
      handled++
    })
    return new SignedService({ clock, machine: host, issuer, keys, questions, thrown, verifier }, mounted, () => handled)
  }

  private constructor(
    parts: Pick<SignedService, 'clock' | 'machine' | 'issuer' | 'keys' | 'questions' | 'thrown' | 'verifier'>,
    mounted: Mounted,
    handled: () => number,
  ) {
    this.clock = parts.clock
    this.machine = parts.machine
    this.issuer = parts.issuer
    this.keys = parts.keys
    this.questions = parts.questions
    this.thrown = parts.thrown
    this.verifier = parts.verifier
    this.#mounted = mounted
    this.#handled = handled
  }

  get port(): number {
    return this.#mounted.port
  }

  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  /** How many requests came past a guard. */
  get handled(): number {
    return this.#handled()
  }

  signer(changes: Partial<Signer> = {}): Signer {
    const { id, secret = '' } = KEY
    return { id, secret, authority: this.host, atMs: this.clock.now(), ...changes }
  }

  /** The bytes of a call that is signed now. */
  async signed(form: keyof typeof signers, call: Call, changes: Partial<Signer> = {}): Promise<Buffer> {
    return bytesOf(await signers[form](call, this.signer(changes)), this.host)
  }

  send(bytes: Uint8Array): Promise<RawResponse> {
    return sendBytes(this.port, bytes)
  }

  async accepts(bytes: Uint8Array): Promise<RawResponse> {
    const response = await this.send(bytes)
    assert.equal(response.status, 200, `${response.body} ${JSON.stringify(this.thrown.at(-1) ?? {})}`)
    return response
  }

  async refuses(bytes: Uint8Array, code: RefusalCode): Promise<RawResponse> {
    const before = this.handled
    const response = await this.send(bytes)
    assert.equal(response.headers.get('content-type'), 'application/problem+json', response.body)
    const problem = JSON.parse(response.body) as { readonly code: string; readonly status: number }
    assert.equal(problem.code, code, JSON.stringify(this.thrown.at(-1) ?? {}))
    assert.equal(problem.status, response.status)
    assert.equal(this.handled, before, 'a refused request came past the guard')
    return response
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mounted.close()
    this.verifier.close()
  }
}
