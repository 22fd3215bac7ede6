import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { run } from '../../packages/server/src/cli/program.ts'
import type { Terminal } from '../../packages/server/src/cli/terminal.ts'

const main = fileURLToPath(new URL('../../packages/server/src/cli/main.ts', import.meta.url))

/** Of the environment of the tests: where programs are found, and where compiled ones are kept. */
export const inherited: Readonly<Record<string, string>> = Object.fromEntries(
  ['PATH', 'NODE_COMPILE_CACHE'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  }),
)

export interface Transcript {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Served extends AsyncDisposable {
  readonly url: string
  /** What it has said on standard error so far. */
  said(): string
  signal(name: NodeJS.Signals): void
  /** Asks it to stop and waits for it. @returns its exit code. */
  stop(): Promise<number | null>
}

/** The command line in processes of its own, on a folder of its own. */
export class CliFolder implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'cs-cli-'))
  readonly environment: Readonly<Record<string, string>>

  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.environment = {
      ...inherited,
      COUNTERSIGN_DATABASE: `sqlite:${join(this.folder, 'data', 'countersign.db')}`,
      COUNTERSIGN_SECRET: randomBytes(32).toString('base64url'),
      COUNTERSIGN_PASSWORD_MEMORY_KIB: '64',
      COUNTERSIGN_PASSWORD_PASSES: '1',
      ...environment,
    }
  }

  run(words: readonly string[], input = '', environment: Readonly<Record<string, string>> = {}): Promise<Transcript> {
    const child = spawn(process.execPath, ['--conditions=source', main, ...words], {
      env: { ...this.environment, ...environment },
      cwd: this.folder,
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk
    })
    child.stdin.on('error', () => undefined).end(input)
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
  }

  /** Runs `serve` until it says where it listens. */
  serve(words: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Served> {
    const env = { ...this.environment, PORT: '0', ...environment }
    const child = spawn(process.execPath, ['--conditions=source', main, 'serve', ...words], { env, cwd: this.folder })
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    const stop = (): Promise<number | null> => {
      child.kill('SIGTERM')
      return ended
    }
    return new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => {
        const { event, url }: { event?: string; url?: string } = JSON.parse(line)
        if (event !== 'listening' || url === undefined) return reject(new Error(`serve began with ${line}`))
        resolve({
          url,
          said: () => err,
          signal: (name) => void child.kill(name),
          stop,
          [Symbol.asyncDispose]: async () => void (await stop()),
        })
      })
      void ended.then((code) => reject(new Error(`serve ended with ${code}: ${err}`)))
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The same command line inside this process: for what ends before anything is opened, or, with an environment, opens little. */
export async function runHere(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Transcript> {
  let out = ''
  let err = ''
  const terminal: Terminal = {
    stdin: Readable.from(input === '' ? [] : [input]),
    environment,
    print: (line) => {
      out += `${line}\n`
    },
    tell: (line) => {
      err += `${line}\n`
    },
  }
  return { code: await run(words, terminal), out, err }
}
