import { type Platform, systemPlatform } from '../core/platform.ts'
import { KeyRotation } from './key-rotation.ts'
import { ReplayableRequest } from './replayable-request.ts'
import { ServerClock } from './server-clock.ts'
import { CredentialSigner, type SigningCredential } from './signing-credential.ts'
import type { ResponseVerifier } from './verified-response.ts'

export interface SigningFetchOptions {
  readonly credential: SigningCredential
  /** Fields to cover where a request has them, besides method, URL, `content-type` and the digest of the body. */
  readonly cover?: readonly string[]
  /** The longest body, which is held in memory. Default 1 MiB, as verifiers have it. */
  readonly bodyLimitBytes?: number
  /** The issuer's URL. Given, the key is replaced when an answer says that it is to be. */
  readonly issuer?: string
  /** Keep the new key here, before it is used: then a program that ends has it when it starts again. */
  readonly onRotated?: (next: SigningCredential) => void | Promise<void>
  /** Given, every answer has to be signed: see `responseVerifier`. */
  readonly verifyResponses?: ResponseVerifier
  /** Clock, randomness and network; default: the real ones. */
  readonly platform?: Platform
}

const MIB = 2 ** 20

/**
 * A `fetch` that signs what it sends (RFC 9421, with `Content-Digest`, `created` and a nonce). A service that refuses a request for its time
 * and says what time it is gets it once more, signed by that time, and no third time. A body is read into memory first; redirects are not
 * followed, since a signature is for one URL.
 *
 * @throws {RangeError} The private key signs no HTTP messages, or the issuer would be called without TLS. The function itself rejects with one for a body over the limit, and with
 * `AuthError` as a `ResponseVerifier` does.
 */
export function signingFetch(options: SigningFetchOptions): typeof globalThis.fetch {
  const client = new SigningClient(options)
  return (input, init) => client.fetch(input, init)
}

interface Exchange {
  readonly sent: Request
  readonly response: Response
}

class SigningClient {
  readonly #options: SigningFetchOptions
  readonly #platform: Platform
  readonly #clocks = new Map<string, ServerClock>()
  readonly #rotation: KeyRotation | undefined
  #credential: SigningCredential
  #signer: CredentialSigner

  constructor(options: SigningFetchOptions) {
    const { credential, issuer, onRotated = () => undefined, platform = systemPlatform } = options
    this.#options = options
    this.#platform = platform
    this.#credential = credential
    this.#signer = new CredentialSigner(credential)
    const send = async (url: string, init: RequestInit): Promise<Response> => (await this.#exchange(url, init)).response
    this.#rotation = issuer === undefined ? undefined : new KeyRotation({ issuer, clock: platform.clock, onRotated, send })
  }

  async fetch(input: RequestInfo | URL, init: RequestInit | undefined): Promise<Response> {
    const { sent, response, clock } = await this.#exchange(input, init)
    if (this.#rotation?.isDue(response)) void this.#rotate(this.#rotation)
    const { verifyResponses } = this.#options
    return verifyResponses === undefined ? response : verifyResponses.verify(response, sent, clock.now())
  }

  async #exchange(input: RequestInfo | URL, init: RequestInit | undefined): Promise<Exchange & { readonly clock: ServerClock }> {
    const request = await ReplayableRequest.of(input, init, this.#options.bodyLimitBytes ?? MIB)
    const clock = this.#clockOf(request.url.origin)
    const first = await this.#send(request, clock.now())
    const again = await clock.corrected(first.response)
    if (again === undefined) return { ...first, clock }
    await first.response.body?.cancel()
    const second = await this.#send(request, again)
    await clock.judge(second.response)
    return { ...second, clock }
  }

  async #send(request: ReplayableRequest, created: number): Promise<Exchange> {
    const { cover = [] } = this.#options
    const sent = await request.signed({ signer: this.#signer, created, cover, random: this.#platform.random })
    // The headers of what was sent are asked for afterwards; its body is gone then.
    return { sent, response: await this.#platform.fetch(sent) }
  }

  /** Beside the requests, which go on with the old key until the new one is there. */
  async #rotate(rotation: KeyRotation): Promise<void> {
    try {
      const next = await rotation.next(this.#credential)
      if (next === undefined) return
      this.#signer = new CredentialSigner(next)
      this.#credential = next
    } catch {
      // The old key goes on, and a later answer speaks of it again.
    }
  }

  #clockOf(origin: string): ServerClock {
    const known = this.#clocks.get(origin)
    if (known !== undefined) return known
    const clock = new ServerClock(this.#platform.clock)
    this.#clocks.set(origin, clock)
    return clock
  }
}
