import { HttpConnection, type HttpReply } from './http-connection.ts'

export interface LoadPlan {
  readonly durationMs: number
  /** The next request of a connection; it gets the reply to the one before, in this run or an earlier one. */
  next(connection: number, previous: HttpReply | undefined): Buffer
  /** Also measures each request. */
  readonly latencies?: boolean
}

export interface LoadResult {
  readonly requests: number
  readonly elapsedMs: number
  readonly perSecond: number
  readonly latenciesMs: readonly number[]
}

/** Keep-alive connections to one server; each has one request under way at a time (a closed loop). */
export class Load implements Disposable {
  readonly #connections: readonly HttpConnection[]
  readonly #previous: (HttpReply | undefined)[]

  private constructor(connections: readonly HttpConnection[]) {
    this.#connections = connections
    this.#previous = connections.map(() => undefined)
  }

  static async open(port: number, connections: number): Promise<Load> {
    return new Load(await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(port))))
  }

  /** Asks as fast as the server answers. @throws {Error} at the first answer that is no 2xx: a refusal is no result. */
  async run(plan: LoadPlan): Promise<LoadResult> {
    const startMs = performance.now()
    const latenciesMs: number[] = []
    const counts = await Promise.all(this.#connections.map((_, index) => this.#drive(index, plan, startMs + plan.durationMs, latenciesMs)))
    const elapsedMs = performance.now() - startMs
    const requests = counts.reduce((sum, count) => sum + count, 0)
    return { requests, elapsedMs, perSecond: (requests * 1000) / elapsedMs, latenciesMs }
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close()
  }

  #drive(index: number, plan: LoadPlan, endMs: number, latenciesMs: number[]): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const connection = this.#connections[index]
    let count = 0
    let askedMs = 0
    const ask = (): void => {
      askedMs = plan.latencies === true ? performance.now() : 0
      connection?.send(plan.next(index, this.#previous[index]), receive, reject)
    }
    const receive = (reply: HttpReply): void => {
      if (reply.status < 200 || reply.status > 299) {
        reject(new Error(`the server answered ${reply.status}: ${reply.body.toString('utf8').slice(0, 300)}`))
        return
      }
      this.#previous[index] = reply
      count++
      const nowMs = performance.now()
      if (plan.latencies === true) latenciesMs.push(nowMs - askedMs)
      if (nowMs < endMs) ask()
      else resolve(count)
    }
    ask()
    return promise
  }
}
