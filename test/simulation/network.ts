import type { Clock } from 'countersign/core'
import type { Chance } from './chance.ts'

export type Handler = (request: Request) => Promise<Response>

/** How badly the way from server to verifiers behaves. All zero is calm. */
export interface Weather {
  readonly lose: number
  readonly repeat: number
  /** Holds an event back and delivers it after later ones. */
  readonly reorder: number
  /** Ends the connection in mid-stream. */
  readonly cut: number
  /** So long everything takes. Needs a network with a clock. */
  readonly delayMs?: number
}

export const calm: Weather = { lose: 0, repeat: 0, reorder: 0, cut: 0 }

/** The network between the verifiers and whichever server runs now. Events of the feed suffer the weather; nothing is forged. */
export class Network {
  weather: Weather = calm
  readonly #chance: Chance
  readonly #clock: Clock | undefined
  #handler: Handler | undefined
  readonly #cuts = new Set<() => void>()

  constructor(chance: Chance, clock?: Clock) {
    this.#chance = chance
    this.#clock = clock
  }

  /** From now on requests reach `handler`; those under way end as when a process dies. */
  connect(handler: Handler | undefined): void {
    this.#handler = handler
    this.cutAll()
  }

  cutAll(): void {
    for (const cut of this.#cuts) cut()
    this.#cuts.clear()
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    await this.#delay()
    if (this.#handler === undefined || this.#chance.happens(this.weather.cut)) throw new TypeError('fetch failed')
    const response = await this.#handler(new Request(input, init))
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || response.body === null) return response
    return new Response(this.#disturbed(response.body), { status: response.status, headers: response.headers })
  }

  #disturbed(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = source.getReader()
    const decoder = new TextDecoder()
    const encoder = new TextEncoder()
    let held: string[] = []
    let pending = ''
    let ended = false
    let cut = (): void => undefined
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        cut = () => {
          if (ended) return
          ended = true
          controller.error(new TypeError('terminated'))
          void reader.cancel().catch(() => undefined)
        }
        this.#cuts.add(cut)
        const enqueue = (event: string): void => {
          if (!ended) controller.enqueue(encoder.encode(`${event}\n\n`))
        }
        const deliver = (event: string): void => this.#later(() => enqueue(event))
        const onEvent = (event: string): void => {
          if (this.#chance.happens(this.weather.cut)) return cut()
          if (this.#chance.happens(this.weather.lose)) return
          if (this.#chance.happens(this.weather.reorder)) return void held.push(event)
          deliver(event)
          if (this.#chance.happens(this.weather.repeat)) deliver(event)
          const late = held
          held = []
          for (const event of late) deliver(event)
        }
        const pump = async (): Promise<void> => {
          while (!ended) {
            const { done, value } = await reader.read()
            if (done) break
            pending += decoder.decode(value, { stream: true })
            const events = pending.split('\n\n')
            pending = events.pop() ?? ''
            for (const event of events) if (!ended) onEvent(event)
          }
          if (ended) return
          ended = true
          controller.close()
        }
        pump().catch(() => cut())
      },
      cancel: () => {
        ended = true
        this.#cuts.delete(cut)
        return reader.cancel()
      },
    })
  }

  #later(task: () => void): void {
    const { delayMs = 0 } = this.weather
    if (this.#clock === undefined || delayMs === 0) task()
    else this.#clock.after(delayMs, task)
  }

  async #delay(): Promise<void> {
    const { delayMs = 0 } = this.weather
    if (delayMs > 0) await new Promise<void>((resolve) => this.#later(resolve))
  }
}
