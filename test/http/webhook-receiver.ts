import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from 'countersign/core'
import { webhooks } from 'countersign/node'
import { MemoryReplayStore } from 'countersign/replay'
import { PATIENCE_MS } from './patience.ts'
import { createWebhookReceiver, type WebhookReceiver } from 'countersign/webhook'

/** One request as it arrived. */
export interface ArrivedWebhook {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly event: WebhookBody
}

export interface WebhookBody {
  readonly id: string
  readonly type: string
  readonly timestamp: string
  // biome-ignore lint/suspicious/noExplicitAny: looked into freely by the tests
  readonly data: any
}

/** An endpoint of somebody else: notes all that arrives, verifies it by our own receiver where it was given keys, and notes what that lets through. */
export class WebhookEndpointWorld implements AsyncDisposable {
  readonly #server: Server
  readonly arrived: ArrivedWebhook[] = []
  /** Verified, and each once. */
  readonly taken: WebhookBody[] = []
  /** Undefined: by the receiver, otherwise 204. */
  answering: ((response: ServerResponse, event: WebhookBody) => void) | undefined
  /** Asked first: true when it has seen to the answer, or leaves it out. */
  deciding: ((response: ServerResponse) => boolean) | undefined
  receiver: WebhookReceiver | undefined
  #heard: () => void = () => undefined

  static async open(): Promise<WebhookEndpointWorld> {
    const world = new WebhookEndpointWorld()
    world.#server.listen(0, '127.0.0.1')
    await once(world.#server, 'listening')
    return world
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const rawBody = Buffer.concat(chunks)
        const body = rawBody.toString()
        const event: WebhookBody = JSON.parse(body)
        this.arrived.push({ headers: { ...request.headers } as Record<string, string>, body, event })
        const { answering, receiver } = this
        if (this.deciding?.(response) === true) return this.#heard()
        if (answering !== undefined) answering(response, event)
        else if (receiver === undefined) response.writeHead(204).end()
        else
          void webhooks(receiver, (webhook) => void this.taken.push(webhook.json() as WebhookBody))(
            Object.assign(request, { rawBody }),
            response,
          )
        this.#heard()
      })
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`
  }

  verifyWith(...keys: readonly string[]): void {
    this.receiver = createWebhookReceiver({
      form: 'standard',
      keys,
      clock: systemClock,
      claims: new MemoryReplayStore({ clock: systemClock }),
    })
  }

  of(type: string): readonly ArrivedWebhook[] {
    return this.arrived.filter(({ event }) => event.type === type)
  }

  /** Waits until what was looked for has come. */
  async until<T>(look: () => T | undefined | false, what: string, withinMs: number = PATIENCE_MS): Promise<T> {
    const endMs = performance.now() + withinMs
    for (;;) {
      const found = look()
      if (found !== undefined && found !== false) return found
      const leftMs = endMs - performance.now()
      if (leftMs <= 0) throw new Error(`${what} has not come; there came ${this.arrived.map(({ event }) => event.type).join(', ')}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(leftMs, 500))
        this.#heard = () => {
          clearTimeout(timer)
          // What answers runs first.
          setImmediate(resolve)
        }
      })
    }
  }

  arrivedOf(type: string, count = 1): Promise<readonly ArrivedWebhook[]> {
    return this.until(() => this.of(type).length >= count && this.of(type), `${count} ${type}`)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
