import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Child, run, start } from '../../tool/child.ts'
import { freePort } from '../../tool/free-port.ts'
import { Api } from './api.ts'
import { admin, type Person, person } from './people.ts'

const cli = fileURLToPath(import.meta.resolve('../../packages/server/src/cli/main.ts'))
const serviceFile = (adapter: string): string => fileURLToPath(import.meta.resolve(`./service/${adapter}.ts`))

export const adapters = ['node', 'express', 'fastify', 'hono'] as const

export interface Service {
  readonly adapter: (typeof adapters)[number]
  readonly url: string
}

/** The server and its four services, each a process of its own, on free ports and a database in a temporary folder. */
export class World implements AsyncDisposable {
  readonly services: readonly Service[]
  readonly serverUrl: string
  readonly #folder: string
  readonly #environment: Readonly<Record<string, string>>
  readonly #children: readonly Child[]
  #server: Child

  private constructor(
    folder: string,
    environment: Readonly<Record<string, string>>,
    server: Child,
    services: readonly Service[],
    children: readonly Child[],
  ) {
    this.#folder = folder
    this.#environment = environment
    this.#server = server
    this.#children = children
    this.services = services
    this.serverUrl = server.url
  }

  /** @param mounted Which services run beside the server. */
  static async open(mounted: readonly Service['adapter'][] = adapters): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-demo-'))
    const environment = {
      PORT: String(await freePort()),
      COUNTERSIGN_DATABASE: `sqlite:${join(folder, 'countersign.db')}`,
      COUNTERSIGN_SECRET: randomBytes(32).toString('base64url'),
      COUNTERSIGN_LOG_LEVEL: 'error',
      COUNTERSIGN_OAUTH: 'yes',
    }
    await createUser(admin, environment)
    const server = await start(cli, ['serve'], environment)
    const operator = new Api(server.url, (await new Api(server.url).signIn(admin.email, admin.password)).access_token)
    await operator.createUser(person)
    const { credential } = await operator.createService('demo')
    const children = await Promise.all(
      mounted.map((adapter) => start(serviceFile(adapter), [], { COUNTERSIGN_ISSUER: server.url, COUNTERSIGN_CREDENTIAL: credential })),
    )
    const services = mounted.map((adapter, at) => ({ adapter, url: children[at]?.url ?? '' }))
    return new World(folder, environment, server, services, children)
  }

  /** `kill -9`: nothing is flushed, nothing is said. */
  killServer(): Promise<void> {
    return this.#server.kill('SIGKILL')
  }

  async restartServer(): Promise<void> {
    this.#server = await start(cli, ['serve'], this.#environment)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#server, ...this.#children].map((child) => child.kill('SIGTERM')))
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Makes the first account by the CLI, as an operator does. */
async function createUser({ email, password, roles }: Person, environment: Readonly<Record<string, string>>): Promise<void> {
  const args = ['users', 'create', '--email', email, '--password-stdin', '--json', ...roles.flatMap((role) => ['--role', role])]
  await run(cli, args, environment, `${password}\n`)
}
