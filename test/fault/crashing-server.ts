import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Child, run, start } from '../../tool/child.ts'
import { freePort } from '../../tool/free-port.ts'

const cli = fileURLToPath(new URL('../../packages/server/src/cli/main.ts', import.meta.url))

export interface Reply {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A server process on its own database, to be killed at any moment and started again on the same files and port. */
export class CrashingServer implements AsyncDisposable {
  readonly #folder: string
  readonly #environment: Readonly<Record<string, string>>
  #child: Child

  private constructor(folder: string, environment: Readonly<Record<string, string>>, child: Child) {
    this.#folder = folder
    this.#environment = environment
    this.#child = child
  }

  static async start(more: Readonly<Record<string, string>> = {}): Promise<CrashingServer> {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-crash-'))
    const environment = {
      PORT: String(await freePort()),
      COUNTERSIGN_DATABASE: `sqlite:${join(folder, 'countersign.db')}`,
      COUNTERSIGN_SECRET: randomBytes(32).toString('base64url'),
      COUNTERSIGN_PASSWORD_MEMORY_KIB: '64',
      COUNTERSIGN_PASSWORD_PASSES: '1',
      COUNTERSIGN_LOG_LEVEL: 'silent',
      // What was under way as it died is asked for once more when it has started: on a busy machine that takes its time.
      COUNTERSIGN_REFRESH_OVERLAP_SECONDS: '60',
      ...more,
    }
    return new CrashingServer(folder, environment, await start(cli, ['serve'], environment))
  }

  get url(): string {
    return this.#child.url
  }

  createAdministrator(email: string, password: string): Promise<string> {
    return run(
      cli,
      ['users', 'create', '--email', email, '--role', 'admin', '--password-stdin', '--json'],
      this.#environment,
      `${password}\n`,
    )
  }

  /** `kill -9`, then a start on what is left. */
  async crash(): Promise<void> {
    await this.#child.kill('SIGKILL')
    this.#child = await start(cli, ['serve'], this.#environment)
  }

  /** @throws TypeError when the connection ends before the answer has come: nobody knows then what happened. */
  async send(
    method: string,
    path: string,
    { token, body, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Reply['body']) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.kill('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
