import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A process of the demo: started from its source, stopped by its pid. */
export interface Child {
  readonly url: string
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

type Environment = Readonly<Record<string, string>>

/** What a process says on standard error is shown when it fails, and only then. */
const complaintsOf = (child: ChildProcess): { text: string } => {
  const complaints = { text: '' }
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    complaints.text = (complaints.text + chunk).slice(-4000)
  })
  return complaints
}

const launch = (file: string, args: readonly string[], env: Environment): ChildProcess =>
  spawn(process.execPath, ['--conditions=source', file, ...args], {
    env: { ...process.env, ...env },
    stdio: 'pipe',
  })

/** Starts a program that prints `{"event":"listening","url":…}` when it can serve. */
export async function start(file: string, args: readonly string[], env: Environment): Promise<Child> {
  const child = launch(file, args, env)
  const complaints = complaintsOf(child)
  const stop = (): void => void child.kill('SIGKILL')
  process.once('exit', stop)
  const url = await listeningUrl(child, file, complaints)
  return {
    url,
    async kill(signal) {
      process.removeListener('exit', stop)
      const ended = once(child, 'exit')
      if (child.kill(signal)) await ended
    },
  }
}

/** Runs a program to its end. @returns what it printed. */
export async function run(file: string, args: readonly string[], env: Environment, input = ''): Promise<string> {
  const child = launch(file, args, env)
  const complaints = complaintsOf(child)
  child.stdin?.end(input)
  let printed = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${complaints.text}`)
  return printed
}

async function listeningUrl(child: ChildProcess, file: string, complaints: { readonly text: string }): Promise<string> {
  if (child.stdout === null) throw new Error(`${file} has no standard output`)
  for await (const line of createInterface({ input: child.stdout })) {
    const event = line.startsWith('{') ? (JSON.parse(line) as { event?: string; url?: string }) : {}
    if (event.event !== 'listening' || event.url === undefined) continue
    child.stdout.resume()
    return event.url
  }
  throw new Error(`${file} ended before it listened: ${complaints.text}`)
}
