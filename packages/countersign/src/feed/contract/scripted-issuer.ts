import { ManualClock, type Platform } from '../../core/index.ts'
import { SignedLog } from '../../revocation/contract/signed-log.ts'

type Respond = (request: ScriptedRequest) => Response | Promise<Response>

export interface ScriptedRequest {
  readonly url: URL
  readonly headers: Headers
  readonly redirect: string | undefined
  readonly signal: AbortSignal | undefined
}

const START = 1_000_000_000

/** A network of one issuer, answered by the test: what asks, what is asked, and the time at which. */
export class ScriptedIssuer {
  readonly clock = new ManualClock(START)
  readonly log = new SignedLog(this.clock)
  readonly requests: ScriptedRequest[] = []
  readonly platform: Platform
  respond: Respond

  constructor(respond: Respond) {
    this.respond = respond
    this.platform = {
      clock: this.clock,
      random: { bytes: (length) => new Uint8Array(length).fill(255) },
      fetch: async (input, init) => {
        const signal = init?.signal ?? undefined
        const request = {
          url: new URL(input instanceof Request ? input.url : input),
          headers: new Headers(init?.headers),
          redirect: init?.redirect,
          signal,
        }
        this.requests.push(request)
        return await this.respond(request)
      },
    }
  }

  paths(): readonly string[] {
    return this.requests.map(({ url }) => `${url.pathname}${url.search}`)
  }
}

/** A body that the test writes to while it is read. */
export class OpenBody {
  readonly response: Response
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  isCancelled = false

  constructor(headers: Record<string, string> = { 'content-type': 'text/event-stream' }, signal?: AbortSignal) {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller
      },
      cancel: () => {
        this.isCancelled = true
      },
    })
    signal?.addEventListener('abort', () => {
      this.isCancelled = true
      this.#controller?.error(signal.reason)
    })
    this.response = new Response(body, { headers })
  }

  write(text: string): void {
    this.#controller?.enqueue(new TextEncoder().encode(text))
  }

  end(): void {
    this.#controller?.close()
  }
}

export const eventOf = (type: string, data: string, id: number): string => `event: ${type}\nid: ${id}\ndata: ${data}\n\n`

/** Lets what is under way go on until `condition` holds; fails when it does not come to that. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (condition()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`it never came to this: ${what}`)
}
