// Real services for tests: a program of its own on a free loopback port, in a temporary folder, as an unprivileged user, gone with its parent.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chmodSync, chownSync, constants, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../../tool/free-port.ts'

/** Where a service lives: `ready` and `args` get it. */
export interface Place {
  readonly port: number
  /** Its own folder, writable for the service. */
  readonly folder: string
  /** What it has printed so far, both streams. */
  output(): string
}

export interface ServiceOptions {
  readonly command: string
  readonly args: (place: Place) => readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Done once, before the first start: for a service that needs its folder laid out. */
  readonly prepare?: (place: Place) => Promise<void>
  /** Asked over and over until it says yes: does the service answer? Default: its port takes connections. */
  readonly ready?: (place: Place) => boolean | Promise<boolean>
  /** How long the start may take. Default a minute: machines are busy. */
  readonly patienceMs?: number
  /** Default: a free one. */
  readonly port?: number
}

export interface Service extends Place, AsyncDisposable {
  readonly pid: number
  /** Sends a signal that ends it, and waits until it has ended. Default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again after `kill`, on the same port and folder, and waits until it answers. */
  restart(): Promise<void>
  /** SIGSTOP to it and to all that it has started. */
  stop(): void
  /** SIGCONT to the same. */
  continue(): void
}

const UNPRIVILEGED = 65_534
const POLL_MS = 10
const PATIENCE_MS = 60_000
const KEPT_OUTPUT = 20_000

const isRoot = process.getuid?.() === 0
const run = promisify(execFile)

/** Starts a service and waits until it answers. @throws {Error} with what it printed when it does not. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const service = new RunningService(options, options.port ?? (await freePort()), serviceFolder())
  try {
    await options.prepare?.(service)
    await service.restart()
    return service
  } catch (error) {
    await service[Symbol.asyncDispose]()
    throw error
  }
}

class RunningService implements Service {
  readonly port: number
  readonly folder: string
  readonly #options: ServiceOptions
  #child: ChildProcess | undefined
  #output = ''
  readonly #dieWithUs = (): void => void this.#child?.kill('SIGKILL')

  constructor(options: ServiceOptions, port: number, folder: string) {
    this.#options = options
    this.port = port
    this.folder = folder
    process.once('exit', this.#dieWithUs)
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  output(): string {
    return this.#output
  }

  async restart(): Promise<void> {
    const { command, ready = answersOn, patienceMs = PATIENCE_MS } = this.#options
    const deadline = performance.now() + patienceMs
    this.#launch()
    while (!(await ready(this))) {
      if (performance.now() > deadline) throw new Error(`${command} does not answer after ${patienceMs} ms: ${this.#output}`)
      // What a killed predecessor still holds (a socket, shared memory) goes away by itself.
      if (this.#hasEnded() && performance.now() < deadline) this.#launch()
      await pause(POLL_MS)
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === undefined || this.#hasEnded()) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  stop(): void {
    // First the one that makes the others, and buries them.
    process.kill(this.pid, 'SIGSTOP')
    for (const pid of familyOf(this.pid)) process.kill(pid, 'SIGSTOP')
  }

  continue(): void {
    for (const pid of familyOf(this.pid).toReversed()) process.kill(pid, 'SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.removeListener('exit', this.#dieWithUs)
    await this.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 })
  }

  #launch(): void {
    const { command, args, env = {} } = this.#options
    const [program, ...words] = asUnprivileged(command, args(this))
    const child = spawn(program, words, { cwd: this.folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT)
      })
    }
    child.once('error', (error) => {
      this.#output += `${error.message}\n`
    })
    this.#child = child
  }

  #hasEnded(): boolean {
    const child = this.#child
    return child === undefined || child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  }
}

/** Runs a program to its end as the service's user: what lays out the folder of a service. */
export async function runBeside(place: Place, command: string, args: readonly string[]): Promise<string> {
  const [program, ...words] = asUnprivileged(command, args)
  return (await run(program, words, { cwd: place.folder })).stdout
}

/** Does anything take connections on the port? */
export function answersOn({ port }: { readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    const tell = (answers: boolean): void => {
      socket.destroy()
      resolve(answers)
    }
    socket.once('connect', () => tell(true))
    socket.once('error', () => tell(false))
  })
}

/**
 * Where a program stands. When it is missing its Debian package is installed, once, however many tests ask: that takes root.
 *
 * @param places More folders to look in; globs.
 * @throws {Error} when it can be neither found nor installed: a test without its service fails, it is never skipped.
 */
export async function installed(binary: string, debianPackage: string, places: readonly string[] = []): Promise<string> {
  const found = find(binary, places)
  if (found !== undefined) return found
  await install(debianPackage)
  const installedNow = find(binary, places)
  if (installedNow === undefined) throw new Error(`${debianPackage} was installed and has no ${binary}`)
  return installedNow
}

/** Installs a Debian package. @throws {Error} when that is not ours to do, or fails. */
export async function install(debianPackage: string): Promise<void> {
  if (!isRoot) throw new Error(`${debianPackage} is not installed: as root, apt-get install ${debianPackage}`)
  const command = `apt-get update && apt-get install -y --no-install-recommends ${debianPackage}`
  // Who waited for the lock finds it installed; apt then has nothing to do.
  await run('flock', [join(tmpdir(), 'countersign-apt.lock'), 'sh', '-c', command], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 2 ** 24,
  })
}

function find(binary: string, places: readonly string[]): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter)
  const folders = [...places.flatMap((place) => globSync(place).toSorted().toReversed()), ...path, '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, binary)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function serviceFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-service-'))
  chmodSync(folder, 0o700)
  if (isRoot) chownSync(folder, UNPRIVILEGED, UNPRIVILEGED)
  return folder
}

/** As nobody where we are root, and killed by the kernel when we die, however we die. */
function asUnprivileged(command: string, args: readonly string[]): readonly [program: string, ...words: string[]] {
  if (find('setpriv', []) === undefined) return [command, ...args]
  const user = String(UNPRIVILEGED)
  const identity = isRoot ? ['--reuid', user, '--regid', user, '--clear-groups'] : []
  return ['setpriv', ...identity, '--pdeathsig', 'KILL', '--', command, ...args]
}

/** A process and all its descendants, as the kernel sees them now. */
function familyOf(pid: number): readonly number[] {
  if (pid === 0) return []
  let children = ''
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  } catch {
    return []
  }
  return [pid, ...children.split(' ').filter(Boolean).map(Number).flatMap(familyOf)]
}
