import type { Command } from 'commander'
import { parseApiKey } from 'countersign/core'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { Failure, misuse } from '../failure.ts'
import type { ApiKeyRecord, IssuedApiKeyRecord } from '../record.ts'
import { type Column, printList, printResult, table } from '../table.ts'
import { readInput, type Terminal } from '../terminal.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'
import { findUser } from './users.ts'

const PATH = '/v1/api-keys'

const rateOf = ({ rate_limit: limit }: ApiKeyRecord): string | null => (limit === null ? null : `${limit.requests}/${limit.seconds}s`)

const columns: readonly Column<ApiKeyRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'name', of: ({ name }) => name },
  { title: 'environment', of: ({ environment }) => environment },
  { title: 'owner', of: ({ user, service }) => user ?? service },
  { title: 'scope', of: ({ scope }) => scope },
  { title: 'roles', of: ({ roles }) => roles },
  { title: 'tags', of: ({ tags }) => tags },
  { title: 'limit', of: rateOf },
  { title: 'status', of: ({ status, successor }) => (successor === null ? status : `replaced by ${successor}`) },
  { title: 'expires', of: (key) => key.expires_at },
  { title: 'last used', of: (key) => key.last_used_at },
]

interface OwnerOptions extends CommonOptions {
  readonly user?: string
  readonly service?: string
}

interface CreateOptions extends OwnerOptions {
  readonly name: string
  readonly test?: boolean
  readonly scope: readonly string[]
  readonly role: readonly string[]
  readonly address: readonly string[]
  readonly tag: readonly string[]
  readonly rate?: string
  readonly expires?: string
}

interface RotateOptions extends CommonOptions {
  readonly overlap?: string
  readonly expires?: string
}

/** `100/60`: so many requests in so many seconds. @throws {Failure} for anything else. */
function parseRate(text: string): object {
  const [, requests, seconds] = /^(\d{1,7})\/(\d{1,5})$/.exec(text) ?? []
  if (requests === undefined) throw misuse('--rate must be requests and seconds, such as 100/60.')
  return { requests: Number(requests), seconds: Number(seconds) }
}

/** The key on a line of its own, so that a script can read it. */
function printIssued(issued: IssuedApiKeyRecord, options: CommonOptions, terminal: Terminal): void {
  printResult(terminal, options, issued, issued.key)
  if (!options.json) terminal.tell(`This is the key ${issued.api_key.name} (${issued.api_key.id}). It is shown this once.`)
}

async function create(options: CreateOptions, terminal: Terminal): Promise<void> {
  const { name, service, scope, role, address, tag, rate, expires } = options
  const settings = {
    name,
    environment: options.test === true ? 'test' : 'live',
    ...(service === undefined ? {} : { service }),
    ...(scope.length === 0 ? {} : { scope }),
    ...(role.length === 0 ? {} : { roles: role }),
    ...(address.length === 0 ? {} : { addresses: address }),
    ...(tag.length === 0 ? {} : { tags: tag }),
    ...(rate === undefined ? {} : { rate_limit: parseRate(rate) }),
    ...(expires === undefined ? {} : { expires_at: expires }),
  }
  await throughDoor(options, terminal, async (door) => {
    const owner = options.user === undefined ? {} : { user: (await findUser(door, options.user)).id }
    printIssued(await call<IssuedApiKeyRecord>(door, 'POST', PATH, { ...settings, ...owner }), options, terminal)
  })
}

interface KeyPage {
  readonly api_keys: readonly ApiKeyRecord[]
  readonly next: string | null
}

async function list(options: OwnerOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const query = new URLSearchParams({ limit: '200' })
    if (options.user !== undefined) query.set('user', (await findUser(door, options.user)).id)
    if (options.service !== undefined) query.set('service', options.service)
    const keys: ApiKeyRecord[] = []
    let next: string | null = null
    do {
      if (next !== null) query.set('after', next)
      const page: KeyPage = await call<KeyPage>(door, 'GET', `${PATH}?${query}`)
      keys.push(...page.api_keys)
      next = page.next
    } while (next !== null)
    printList(terminal, options, keys, columns, 'No API keys. Make one with: countersign api-keys create --name N --user U')
  })
}

async function rotate(id: string, options: RotateOptions, terminal: Terminal): Promise<void> {
  const { overlap, expires } = options
  if (overlap !== undefined && !/^\d{1,9}$/.test(overlap)) throw misuse('--overlap must be a number of seconds.')
  const body = {
    ...(overlap === undefined ? {} : { overlap_seconds: Number(overlap) }),
    ...(expires === undefined ? {} : { expires_at: expires }),
  }
  await throughDoor(options, terminal, async (door) => {
    const issued = await call<IssuedApiKeyRecord>(door, 'POST', `${PATH}/${encodeURIComponent(id)}/rotate`, body)
    printIssued(issued, options, terminal)
  })
}

/** The key is read from the input: what stands in a command line is seen by others. @throws {Failure} for what is no key. */
async function idFromInput(terminal: Terminal): Promise<string> {
  const text = (await readInput(terminal)).trim()
  try {
    return parseApiKey(text).id
  } catch {
    throw new Failure(
      'That is no API key: its form or its checksum is wrong.',
      'Pass the whole key, cs_live_… or cs_test_…, on standard input.',
    )
  }
}

async function inspect(given: string | undefined, options: CommonOptions, terminal: Terminal): Promise<void> {
  if (given !== undefined && !/^key_[A-Za-z0-9_-]{22}$/.test(given)) {
    throw misuse('Give the id of a key, key_…; a key itself goes to standard input.', 'printf %s "$KEY" | countersign api-keys inspect')
  }
  const id = given ?? (await idFromInput(terminal))
  await throughDoor(options, terminal, async (door) => {
    const { api_key: key } = await call<{ api_key: ApiKeyRecord }>(door, 'GET', `${PATH}/${encodeURIComponent(id)}`)
    printResult(terminal, options, key, table(columns, [key]))
  })
}

export function addApiKeys(program: Command, terminal: Terminal): void {
  const keys = program.command('api-keys').description('keys that scripts and services present as they are')
  withExamples(
    withDoor(keys.command('create').description('make a key'))
      .requiredOption('--name <name>', 'what the key is called')
      .option('--user <user>', 'whose it is: an id or e-mail address')
      .option('--service <id>', 'the service whose it is')
      .option('--test', 'a key for trying out, cs_test_…')
      .option('--scope <scope>', 'what it may do; may be given several times', several, [])
      .option('--role <role>', 'of its owner’s roles, these; may be given several times (default: none)', several, [])
      .option('--address <address>', 'use it from this address or subnet only; may be given several times', several, [])
      .option('--tag <tag>', 'a word to find it by; may be given several times', several, [])
      .option('--rate <requests/seconds>', 'how often it may be used, at each service process')
      .option('--expires <time>', 'when it ends, such as 2030-01-31T12:00:00Z')
      .action((options: CreateOptions) => create(options, terminal)),
    'api-keys create --name nightly --user ci@example.com --scope orders:read --rate 100/60',
    'api-keys create --name robot --service svc_AQycegHYyLz4wS0f3G1cjQ --test',
  )
  withExamples(
    withDoor(keys.command('list').description('list API keys'))
      .option('--user <user>', 'only of this user')
      .option('--service <id>', 'only of this service')
      .action((options: OwnerOptions) => list(options, terminal)),
    'api-keys list --user ci@example.com',
  )
  withExamples(
    withDoor(keys.command('rotate <id>').description('replace a key; the old one goes on for a while'))
      .option('--overlap <seconds>', 'how long the old one goes on, 0 to 2592000 (default: 86400)')
      .option('--expires <time>', 'when the new one ends (default: as the old one)')
      .action((id: string, options: RotateOptions) => rotate(id, options, terminal)),
    'api-keys rotate key_AQycegHYyLz4wS0f3G1cjQ --overlap 3600',
  )
  withExamples(
    withDoor(keys.command('inspect [id]').description('say whose a key is; without an id, of the key on standard input')).action(
      (id: string | undefined, options: CommonOptions) => inspect(id, options, terminal),
    ),
    'api-keys inspect key_AQycegHYyLz4wS0f3G1cjQ',
    'api-keys inspect < found-key.txt',
  )
  withExamples(
    withDoor(keys.command('remove <id>').description('kill a key, at every verifier')).action((id: string, options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        await call<undefined>(door, 'DELETE', `${PATH}/${encodeURIComponent(id)}`)
        printResult(terminal, options, { removed: id }, `Removed ${id}. Nobody accepts it any more.`)
      }),
    ),
    'api-keys remove key_AQycegHYyLz4wS0f3G1cjQ',
  )
}
