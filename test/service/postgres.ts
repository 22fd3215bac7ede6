import { existsSync, realpathSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { installed, type Place, runBeside, type Service, startService } from './process.ts'

export interface PostgresServer extends AsyncDisposable {
  readonly service: Service
  /** `postgres://…` of the first database. */
  readonly url: string
  /** Makes a database of its own. @returns its URL. */
  createDatabase(): Promise<string>
  dropDatabase(url: string): Promise<void>
  /** As `pg_ctl restart -m immediate`: every connection is cut, what was committed is recovered from the log. */
  crash(): Promise<void>
  /** Runs one statement as the owner of everything. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  /** The same in a database that was made here. */
  queryIn(url: string, sql: string): Promise<readonly Record<string, unknown>[]>
}

const OWNER = 'countersign'

/** A PostgreSQL of its own, as a careful operator would set it: `fsync` on, `synchronous_commit` on. */
export async function startPostgres(): Promise<PostgresServer> {
  // The programs stand beside each other; what is on the PATH may only be a link to one of them.
  const postgres = realpathSync(await installed('postgres', 'postgresql', ['/usr/lib/postgresql/*/bin']))
  const initdb = join(dirname(postgres), 'initdb')
  const service = await startService({
    command: postgres,
    prepare: (place) => layOut(place, initdb),
    args: ({ folder, port }) => [
      ...['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder],
      ...['-c', 'max_connections=100', '-c', 'shared_buffers=32MB', '-c', 'autovacuum_naptime=5s'],
    ],
    ready: ({ port }) => answersQueries(urlOf(port, 'postgres')),
  })
  return new StartedPostgres(service)
}

/** To lay out a folder takes longer than all else: one run of the tests does it once, where it has a folder for that, and copies it. */
async function layOut(place: Place, initdb: string): Promise<void> {
  const data = join(place.folder, 'data')
  const initialise = (folder: string) =>
    runBeside(place, initdb, ['-D', folder, '-U', OWNER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'])
  const ofRun = process.env['TEST_RUN_FOLDER']
  if (ofRun === undefined) return void (await initialise(data))
  const template = join(ofRun, 'postgres')
  if (!existsSync(template)) {
    const own = join(place.folder, 'template')
    await initialise(own)
    publish(own, template)
  }
  await runBeside(place, 'cp', ['-Rp', template, data])
}

/** Of several at once one is first; the others have the same. */
function publish(own: string, template: string): void {
  try {
    renameSync(own, template)
  } catch (error) {
    if (!existsSync(template)) throw error
  }
}

const urlOf = (port: number, database: string): string => `postgres://${OWNER}@127.0.0.1:${port}/${database}`

async function answersQueries(url: string): Promise<boolean> {
  try {
    await ask(url, 'SELECT 1')
    return true
  } catch {
    return false
  }
}

async function ask(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  // A server that goes away under the connection says so here as well; the query tells the caller.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query(sql)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

class StartedPostgres implements PostgresServer {
  readonly service: Service
  #databases = 0

  constructor(service: Service) {
    this.service = service
  }

  get url(): string {
    return urlOf(this.service.port, 'postgres')
  }

  async createDatabase(): Promise<string> {
    const name = `test_${this.#databases++}`
    await this.query(`CREATE DATABASE ${name}`)
    return urlOf(this.service.port, name)
  }

  async dropDatabase(url: string): Promise<void> {
    await this.query(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`)
  }

  async crash(): Promise<void> {
    await this.service.kill('SIGQUIT')
    await this.service.restart()
  }

  query(sql: string): Promise<readonly Record<string, unknown>[]> {
    return ask(this.url, sql)
  }

  queryIn(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
    return ask(url, sql)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]()
  }
}
