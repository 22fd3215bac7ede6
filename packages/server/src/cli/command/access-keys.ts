import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { misuse } from '../failure.ts'
import type { AccessKeyRecord, IssuedAccessKeyRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'
import { findUser } from './users.ts'

const PATH = '/v1/access-keys'

const columns: readonly Column<AccessKeyRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'name', of: ({ name }) => name },
  { title: 'kind', of: ({ kind }) => kind },
  { title: 'owner', of: ({ user, service }) => user ?? service },
  { title: 'scope', of: ({ scope }) => scope },
  { title: 'addresses', of: ({ addresses }) => addresses },
  { title: 'status', of: ({ status, successor }) => (successor === null ? status : `replaced by ${successor}`) },
  { title: 'expires', of: (key) => key.expires_at },
]

interface OwnerOptions extends CommonOptions {
  readonly user?: string
  readonly service?: string
}

interface KeyMaterialOptions {
  readonly publicKey?: string
  readonly algorithm?: string
}

interface CreateOptions extends OwnerOptions, KeyMaterialOptions {
  readonly name: string
  readonly scope: readonly string[]
  readonly role: readonly string[]
  readonly address: readonly string[]
  readonly window?: string
  readonly expires?: string
  readonly rotateEvery?: string
}

interface RotateOptions extends CommonOptions, KeyMaterialOptions {
  readonly overlap?: string
}

/** @throws {Failure} for what is no number of seconds. */
function seconds(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw misuse(`${option} must be a number of seconds.`)
  return Number(text)
}

/** Of a private key the public half is taken, and nothing else leaves this machine. @throws {Failure}. */
function readPublicKey(path: string, algorithm: string | undefined): unknown {
  try {
    const text = readFileSync(path, 'utf8')
    const jwk = text.trimStart().startsWith('{') ? JSON.parse(text) : undefined
    const key = createPublicKey(jwk === undefined ? text : { key: jwk, format: 'jwk' }).export({ format: 'jwk' })
    const alg: unknown = algorithm ?? jwk?.alg
    return alg === undefined ? key : { ...key, alg }
  } catch {
    throw misuse(`${path} is no key that can be read.`, 'Use a public key as a JWK or in PEM.')
  }
}

const materialOf = ({ publicKey, algorithm }: KeyMaterialOptions): object =>
  publicKey === undefined ? {} : { public_key: readPublicKey(publicKey, algorithm) }

/** Id and secret on lines of their own, so that a script can read them. */
function printIssued(issued: IssuedAccessKeyRecord, options: CommonOptions, terminal: Terminal): void {
  const { access_key: key, secret_access_key: secret } = issued
  printResult(terminal, options, issued, secret === undefined ? key.id : `${key.id}\n${secret}`)
  if (!options.json && secret !== undefined) terminal.tell(`This is the key ${key.name} and its secret, which is shown this once.`)
}

async function create(options: CreateOptions, terminal: Terminal): Promise<void> {
  const { name, service, scope, role, address, window, expires, rotateEvery } = options
  const settings = {
    name,
    ...materialOf(options),
    ...(service === undefined ? {} : { service }),
    ...(scope.length === 0 ? {} : { scope }),
    ...(role.length === 0 ? {} : { roles: role }),
    ...(address.length === 0 ? {} : { addresses: address }),
    ...(window === undefined ? {} : { window_seconds: seconds('--window', window) }),
    ...(rotateEvery === undefined ? {} : { rotate_every_seconds: seconds('--rotate-every', rotateEvery) }),
    ...(expires === undefined ? {} : { expires_at: expires }),
  }
  await throughDoor(options, terminal, async (door) => {
    const owner = options.user === undefined ? {} : { user: (await findUser(door, options.user)).id }
    printIssued(await call<IssuedAccessKeyRecord>(door, 'POST', PATH, { ...settings, ...owner }), options, terminal)
  })
}

interface KeyPage {
  readonly access_keys: readonly AccessKeyRecord[]
  readonly next: string | null
}

async function list(options: OwnerOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const query = new URLSearchParams({ limit: '200' })
    if (options.user !== undefined) query.set('user', (await findUser(door, options.user)).id)
    if (options.service !== undefined) query.set('service', options.service)
    const keys: AccessKeyRecord[] = []
    let next: string | null = null
    do {
      if (next !== null) query.set('after', next)
      const page: KeyPage = await call<KeyPage>(door, 'GET', `${PATH}?${query}`)
      keys.push(...page.access_keys)
      next = page.next
    } while (next !== null)
    printList(terminal, options, keys, columns, 'No access keys. Make one with: countersign access-keys create --name N --user U')
  })
}

async function rotate(id: string, options: RotateOptions, terminal: Terminal): Promise<void> {
  const body = {
    ...materialOf(options),
    ...(options.overlap === undefined ? {} : { overlap_seconds: seconds('--overlap', options.overlap) }),
  }
  await throughDoor(options, terminal, async (door) => {
    const issued = await call<IssuedAccessKeyRecord>(door, 'POST', `${PATH}/${encodeURIComponent(id)}/rotate`, body)
    printIssued(issued, options, terminal)
  })
}

const withMaterial = (command: Command): Command =>
  command
    .option('--public-key <file>', 'register this key, a JWK or PEM: then there is no secret')
    .option('--algorithm <alg>', 'of an RSA key: RS256 or PS512')

export function addAccessKeys(program: Command, terminal: Terminal): void {
  const keys = program.command('access-keys').description('keys with which callers sign their requests')
  withExamples(
    withMaterial(withDoor(keys.command('create').description('make a key, or register a public one')))
      .requiredOption('--name <name>', 'what the key is called')
      .option('--user <user>', 'whose it is: an id or e-mail address')
      .option('--service <id>', 'the service whose it is')
      .option('--scope <scope>', 'what it may do; may be given several times', several, [])
      .option('--role <role>', 'of its owner’s roles, only these; may be given several times', several, [])
      .option('--address <address>', 'use it from this address or subnet only; may be given several times', several, [])
      .option('--window <seconds>', 'how long a signed request is good, 2 to 900 (default: 120)')
      .option('--expires <time>', 'when it ends, such as 2030-01-31T12:00:00Z')
      .option('--rotate-every <seconds>', 'ask its holder to replace it every so often')
      .action((options: CreateOptions) => create(options, terminal)),
    'access-keys create --name ci --user ci@example.com --scope orders:read --address 192.0.2.0/24',
    'access-keys create --name robot --service svc_AQycegHYyLz4wS0f3G1cjQ --public-key robot.pem',
  )
  withExamples(
    withDoor(keys.command('list').description('list access keys'))
      .option('--user <user>', 'only of this user')
      .option('--service <id>', 'only of this service')
      .action((options: OwnerOptions) => list(options, terminal)),
    'access-keys list --user ci@example.com',
  )
  withExamples(
    withMaterial(withDoor(keys.command('rotate <id>').description('replace a key; the old one goes on for a while')))
      .option('--overlap <seconds>', 'how long the old one goes on, 0 to 86400 (default: 60)')
      .action((id: string, options: RotateOptions) => rotate(id, options, terminal)),
    'access-keys rotate CSKQH7SMRVYFLNGBZ3KXE --overlap 3600',
  )
  withExamples(
    withDoor(keys.command('remove <id>').description('kill a key, and what was made from it, at every verifier')).action(
      (id: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'DELETE', `${PATH}/${encodeURIComponent(id)}`)
          printResult(terminal, options, { removed: id }, `Removed ${id}. Nothing that it signs is accepted any more.`)
        }),
    ),
    'access-keys remove CSKQH7SMRVYFLNGBZ3KXE',
  )
}
