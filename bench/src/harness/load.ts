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

/** Longer than any answer here takes: a server that hangs must not hang the bench. */
const PATIENCE_MS = 10_000

/** Keep-alive connections to one server; each has one request under way at a time (a closed loop). */
export class Load {
  readonly #port: number
  readonly #previous: (HttpReply | undefined)[]

  constructor(port: number, connections: number) {
    this.#port = port
    this.#previous = Array.from({ length: connections }, () => undefined)
  }

  /**
   * Asks as fast as the server answers, over new connections: servers close those that lay idle while others had their turn.
   *
   * @throws {Error} at the first answer that is no 2xx: a refusal is no result.
   */
  async run(plan: LoadPlan): Promise<LoadResult> {
    const connections = await Promise.all(this.#previous.map(() => HttpConnection.open(this.#port)))
    const patience = setTimeout(
      () => connections.forEach((connection) => connection.fail('no answer in time')),
      plan.durationMs + PATIENCE_MS,
    )
    try {
      return await this.#measure(connections, plan)
    } finally {
      clearTimeout(patience)
      for (const connection of connections) connection.close()
    }
  }

  async #measure(connections: readonly HttpConnection[], plan: LoadPlan): Promise<LoadResult> {
    const startMs = performance.now()
    const latenciesMs: number[] = []
    const endMs = startMs + plan.durationMs
    const counts = await Promise.all(connections.map((connection, index) => this.#drive(connection, index, plan, endMs, latenciesMs)))
    const elapsedMs = performance.now() - startMs
    const requests = counts.reduce((sum, count) => sum + count, 0)
    return { requests, elapsedMs, perSecond: (requests * 1000) / elapsedMs, latenciesMs }
  }

  #drive(connection: HttpConnection, index: number, plan: LoadPlan, endMs: number, latenciesMs: number[]): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    let count = 0
    let askedMs = 0
    const ask = (): void => {
      askedMs = plan.latencies === true ? performance.now() : 0
      try {
        connection.send(plan.next(index, this.#previous[index]), receive, reject)
      } catch (error) {
        reject(error)
      }
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
