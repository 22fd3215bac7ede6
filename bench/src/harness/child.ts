/** The parent's side of a child process: start it, ask it, end it. `harness/parent.ts` is the child's side. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Call {
  readonly id: number
  readonly method: string
  readonly argument: unknown
}

export interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

const running = new Set<ChildProcess>()
// A child also ends by itself when the channel to its parent closes, should the parent be killed.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A program of ours that answers calls by `answerParent`. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  readonly #name: string
  #nextId = 0

  constructor(program: URL, environment: Readonly<Record<string, string>> = {}) {
    this.#name = program.pathname.split('/').at(-1) ?? ''
    // Standard output is the report's alone: a child writes to standard error.
    this.#process = fork(fileURLToPath(program), [], { env: { ...process.env, ...environment }, stdio: ['ignore', 2, 2, 'ipc'] })
    running.add(this.#process)
    this.#process.on('message', (answer) => this.#settle(answer as Answer))
    this.#process.on('exit', (code, signal) => this.#ended(code, signal))
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** Calls a handler of the child. `Result` is what that handler returns. */
  call<Result>(method: string, argument?: unknown): Promise<Result> {
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#waiting.set(id, { resolve, reject })
    const call: Call = { id, method, argument }
    this.#process.send(call)
    return promise as Promise<Result>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (answer.error === undefined) waiting?.resolve(answer.result)
    else waiting?.reject(new Error(`${this.#name}: ${answer.error}`))
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    running.delete(this.#process)
    for (const { reject } of this.#waiting.values()) reject(new Error(`${this.#name} ended with ${signal ?? code}`))
    this.#waiting.clear()
  }
}
