/** The child's side of a child process: answers the calls of `harness/child.ts`. */
import type { Answer, Call } from './child.ts'

export type Handlers = Readonly<Record<string, (argument: never) => unknown>>

async function answer(handlers: Handlers, { id, method, argument }: Call): Promise<Answer> {
  try {
    const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined
    if (handler === undefined) throw new TypeError(`no handler named ${method}`)
    return { id, result: await handler(argument as never) }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** Ends this process with its parent, and answers its calls. Every child can tell its processor time. */
export function answerParent(handlers: Handlers): void {
  const all: Handlers = { cpuMicros: () => cpuMicros(), ...handlers }
  process.on('disconnect', () => process.exit(0))
  process.on('message', (call) => void answer(all, call as Call).then((reply) => process.send?.(reply)))
}

/** User and system time of this process so far. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
