// A service that takes API keys, with every address guarded by what the test asks for.
import { createVerifier, type Requirement, type Verifier, type VerifierOptions } from 'countersign'
import type { Platform } from 'countersign/core'
import type { Mounted } from './listening.ts'
import type { Mount } from './mount.ts'
import { patientPlatform } from './patience.ts'
import type { ServerWorld } from './server-world.ts'

export const basic = (user: string, password = ''): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

export interface Heard {
  readonly status: number
  readonly code: string | undefined
  readonly headers: Headers
  readonly text: string
}

/** Every request that the verifier makes of its issuer goes through here. */
function counting(fetch: typeof globalThis.fetch, asked: string[]): typeof globalThis.fetch {
  return (input, init) => {
    asked.push(new URL(input instanceof Request ? input.url : input).pathname)
    return fetch(input, init)
  }
}

export class ApiKeyService implements AsyncDisposable {
  readonly verifier: Verifier
  /** The paths at the issuer that were asked for. */
  readonly asked: string[]
  readonly refused: unknown[]
  readonly #mounted: Mounted | undefined

  private constructor(verifier: Verifier, asked: string[], refused: unknown[], mounted: Mounted | undefined) {
    this.verifier = verifier
    this.asked = asked
    this.refused = refused
    this.#mounted = mounted
  }

  static async open(
    world: ServerWorld,
    options: Partial<VerifierOptions> = {},
    mount?: Mount,
    platform: Platform = patientPlatform,
  ): Promise<ApiKeyService> {
    const asked: string[] = []
    const refused: unknown[] = []
    const verifier = createVerifier({
      issuer: world.url,
      audience: world.url,
      credential: (await world.service()).credential,
      apiKeys: true,
      platform: { ...platform, fetch: counting(platform.fetch, asked) },
      onRefusal: (thrown) => refused.push(thrown),
      ...options,
    })
    await verifier.ready()
    return new ApiKeyService(verifier, asked, refused, mount && (await mount(verifier, () => undefined)))
  }

  get questions(): number {
    return this.asked.filter((path) => path === '/v1/api-keys/lookup').length
  }

  async ask(path: string, authorization: string, headers: Readonly<Record<string, string>> = {}): Promise<Heard> {
    const response = await fetch(`http://127.0.0.1:${this.#mounted?.port}${path}`, { headers: { authorization, ...headers } })
    const text = await response.text()
    const code = response.ok ? undefined : (JSON.parse(text) as { code: string }).code
    return { status: response.status, code, headers: response.headers, text }
  }

  /** `ok`, or the code of the refusal; without a request over the network. */
  async verdict(authorization: string, requirement: Requirement = {}): Promise<string> {
    try {
      await this.verifier.authenticate({ authorization }, requirement)
      return 'ok'
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mounted?.close()
    this.verifier.close()
  }
}
