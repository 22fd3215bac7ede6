import { AuthError, createVerifier, type Requirement, type Verifier, type VerifierOptions } from 'countersign'
import { ManualClock, type Platform, systemClock, systemPlatform } from 'countersign/core'
import { createSseFeed } from 'countersign/feed'
import { until } from './patience.ts'
import type { Reply, ServerWorld } from './server-world.ts'

const FORM = 'application/x-www-form-urlencoded'

export type Members = Readonly<Record<string, string>>

/** Asks as OAuth clients do, with a form. */
export const askByForm = (world: ServerWorld, path: string, token: string, members: Members): Promise<Reply> =>
  world.ask('POST', path, { token, body: new URLSearchParams(members).toString(), headers: { 'content-type': FORM } })

export const introspect = (world: ServerWorld, credential: string, token: string): Promise<Reply> =>
  askByForm(world, '/v1/tokens/introspect', credential, { token })

export const revoke = (world: ServerWorld, credential: string, token: string): Promise<Reply> =>
  askByForm(world, '/v1/tokens/revoke', credential, { token })

/** What a verifier says of a token: `200`, or the code of the refusal. */
export async function verdict(verifier: Verifier, token: string, requirement: Requirement = {}): Promise<string> {
  try {
    await verifier.authenticate({ authorization: `Bearer ${token}` }, requirement)
    return '200'
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
}

/** Its timers run when the test says so. Its wall clock goes as everybody's, so that no token of a real server comes from the future. */
class ServiceClock extends ManualClock {
  readonly #beganAt = systemClock.now()

  constructor() {
    super(systemClock.now())
  }

  override now(): number {
    return super.now() + systemClock.now() - this.#beganAt
  }
}

type ServiceParts = Pick<FollowingService, 'verifier' | 'clock' | 'cutFeed' | 'asked' | 'headsHeard'>

/** A service's verifier of a real server, whose feed can be cut while the server lives, on a clock whose timers only the test moves. */
export class FollowingService implements Disposable {
  readonly verifier: Verifier
  readonly clock: ManualClock
  readonly cutFeed: () => void
  /** Tokens that the issuer was asked about. */
  readonly asked: readonly string[]
  /** How often it was answered where the log ends. */
  readonly headsHeard: () => number

  private constructor({ verifier, clock, cutFeed, asked, headsHeard }: ServiceParts) {
    this.verifier = verifier
    this.clock = clock
    this.cutFeed = cutFeed
    this.asked = asked
    this.headsHeard = headsHeard
  }

  static async open(world: ServerWorld, credential: string, options: Partial<VerifierOptions> = {}): Promise<FollowingService> {
    const clock = new ServiceClock()
    const asked: string[] = []
    let isCut = false
    let heads = 0
    const fetch: Platform['fetch'] = async (input, init) => {
      if (init?.body instanceof URLSearchParams) asked.push(init.body.get('token') ?? '')
      const response = await systemPlatform.fetch(input, init)
      if (String(input).endsWith('/v1/feed/challenge')) {
        const signed = await response.text()
        heads++
        return new Response(signed, response)
      }
      if (response.headers.get('content-type') !== 'text/event-stream') return response
      // Cut like a wire: nothing comes through, and nobody is told.
      const wire = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          if (!isCut) controller.enqueue(chunk)
        },
      })
      return new Response(response.body?.pipeThrough(wire), response)
    }
    const platform: Platform = { ...systemPlatform, clock, fetch }
    const feedUrl = `${world.url}/v1/feed`
    const feed = createSseFeed({ feedUrl, snapshotUrl: `${feedUrl}/snapshot`, credential, platform, idleTimeoutMs: 2 ** 31 })
    const verifier = createVerifier({ issuer: world.url, audience: world.url, credential, platform, feed, ...options })
    await verifier.ready()
    const cutFeed = (): void => {
      isCut = true
    }
    return new FollowingService({ verifier, clock, cutFeed, asked, headsHeard: () => heads })
  }

  /** Waits until the log has come as far as this. */
  async reaches(position: number): Promise<void> {
    await until(`position ${position}`, () => this.verifier.status().position >= position)
  }

  verdictOn(token: string, requirement?: Requirement): Promise<string> {
    return verdict(this.verifier, token, requirement)
  }

  [Symbol.dispose](): void {
    this.verifier.close()
  }
}
