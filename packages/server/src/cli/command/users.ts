import type { Command } from 'commander'
import { call, type Door } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { Failure, misuse } from '../failure.ts'
import type { UserRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import { askSecret, readInput, type Terminal } from '../terminal.ts'
import { addElevations } from './elevations.ts'
import { addImportUsers } from './import-users.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'

const columns: readonly Column<UserRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'e-mail', of: ({ email }) => email },
  { title: 'name', of: ({ name }) => name },
  { title: 'status', of: ({ status }) => status },
  { title: 'roles', of: ({ roles }) => roles },
  { title: 'created', of: (user) => user.created_at },
]

/** A person by id or by e-mail address. @throws {Failure} when there is none. */
export async function findUser(door: Door, named: string): Promise<UserRecord> {
  if (!named.includes('@')) return (await call<{ user: UserRecord }>(door, 'GET', `/v1/users/${encodeURIComponent(named)}`)).user
  const search = encodeURIComponent(named)
  const { users } = await call<{ users: readonly UserRecord[] }>(door, 'GET', `/v1/users?search=${search}&limit=200`)
  const user = users.find(({ email }) => email.toLowerCase() === named.toLowerCase())
  if (user === undefined) throw new Failure(`There is no account ${named}.`, 'List accounts with: countersign users list')
  return user
}

interface CreateOptions extends CommonOptions {
  readonly email: string
  readonly name?: string
  readonly role: readonly string[]
  readonly passwordStdin: boolean
}

async function readPassword({ passwordStdin }: CreateOptions, terminal: Terminal): Promise<string> {
  if (passwordStdin) return readInput(terminal)
  if (terminal.stdin.isTTY) return askSecret(terminal, 'Password')
  throw misuse('There is no terminal to ask for the password.', 'Pipe it in, with --password-stdin.')
}

async function create(options: CreateOptions, terminal: Terminal): Promise<void> {
  const password = await readPassword(options, terminal)
  await throughDoor(options, terminal, async (door) => {
    const body = {
      email: options.email,
      password,
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.role.length === 0 ? {} : { roles: options.role }),
    }
    const { user } = await call<{ user: UserRecord }>(door, 'POST', '/v1/users', body)
    printResult(terminal, options, user, `Created ${user.email} (${user.id}).`)
  })
}

interface ListOptions extends CommonOptions {
  readonly search?: string
  readonly limit: string
}

interface UserPage {
  readonly users: readonly UserRecord[]
  readonly next: string | null
}

async function list(options: ListOptions, terminal: Terminal): Promise<void> {
  const most = Number(options.limit)
  if (!Number.isInteger(most) || most < 1) throw misuse('--limit must be a whole number above 0.')
  await throughDoor(options, terminal, async (door) => {
    const users: UserRecord[] = []
    let after: string | null = ''
    while (after !== null && users.length < most) {
      const query = new URLSearchParams({ limit: String(Math.min(200, most - users.length)) })
      if (options.search !== undefined) query.set('search', options.search)
      if (after !== '') query.set('after', after)
      const page: UserPage = await call<UserPage>(door, 'GET', `/v1/users?${query}`)
      users.push(...page.users)
      after = page.next
    }
    printList(terminal, options, users, columns, 'No accounts. Make one with: countersign users create --email E --password-stdin')
    if (after !== null && !options.json) terminal.tell(`There are more: use --limit or --search.`)
  })
}

async function unlock(named: string, options: CommonOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const user = await findUser(door, named)
    await call(door, 'DELETE', `/v1/users/${user.id}/sign-in-attempts`)
    printResult(terminal, options, user, `Nobody has to wait to sign in to ${user.email}.`)
  })
}

async function change(
  named: string,
  body: unknown,
  sentence: (user: UserRecord) => string,
  options: CommonOptions,
  terminal: Terminal,
): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const { id } = await findUser(door, named)
    const { user } = await call<{ user: UserRecord }>(door, 'PATCH', `/v1/users/${id}`, body)
    printResult(terminal, options, user, sentence(user))
  })
}

/** What a user can be in. */
interface Membership {
  readonly kind: 'roles' | 'groups'
  /** As the options name one of them. */
  readonly value: string
}

interface MembershipOptions extends CommonOptions {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

async function changeMembership(
  { kind, value }: Membership,
  named: string,
  { add, remove, ...options }: MembershipOptions,
  terminal: Terminal,
): Promise<void> {
  if (add.length + remove.length === 0) throw misuse('Nothing to change.', `Use --add ${value} or --remove ${value}.`)
  await throughDoor(options, terminal, async (door) => {
    const found = await findUser(door, named)
    const wanted = [...new Set([...found[kind], ...add])].filter((each) => !remove.includes(each))
    const { user } = await call<{ user: UserRecord }>(door, 'PATCH', `/v1/users/${found.id}`, { [kind]: wanted })
    const now = user[kind].length === 0 ? `no ${kind}` : user[kind].join(', ')
    printResult(
      terminal,
      options,
      user,
      `${user.email} has ${now} now. Older access tokens are dead; sessions pick it up at their next refresh.`,
    )
  })
}

const withMembership = (command: Command, membership: Membership, terminal: Terminal): Command =>
  withDoor(command)
    .option(`--add <${membership.value.toLowerCase()}>`, 'may be given several times', several, [])
    .option(`--remove <${membership.value.toLowerCase()}>`, 'may be given several times', several, [])
    .action((user: string, options: MembershipOptions) => changeMembership(membership, user, options, terminal))

export function addUsers(program: Command, terminal: Terminal): void {
  const users = program.command('users').description('accounts')
  withExamples(
    withDoor(users.command('create').description('create an account'))
      .requiredOption('--email <address>', 'e-mail address')
      .option('--name <name>', 'name')
      .option('--role <role>', 'role; may be given several times', several, [])
      .option('--password-stdin', 'read the password from standard input', false)
      .action((options: CreateOptions) => create(options, terminal)),
    'users create --email ops@example.com --role admin',
    'users create --email ops@example.com --role admin --password-stdin --json < password.txt',
  )
  addImportUsers(users, terminal)
  addElevations(users, terminal)
  withExamples(
    withDoor(users.command('list').description('list accounts'))
      .option('--search <text>', 'part of the e-mail address or name')
      .option('--limit <number>', 'at most so many', '100')
      .action((options: ListOptions) => list(options, terminal)),
    'users list --search example.com',
    'users list --limit 100000 --json',
  )
  withExamples(
    withDoor(users.command('suspend <user>').description('end all sessions and tokens at once and refuse sign-in')).action(
      (user: string, options: CommonOptions) =>
        change(user, { status: 'suspended' }, ({ email }) => `${email} is suspended. All sessions and tokens are dead.`, options, terminal),
    ),
    'users suspend mallory@example.com',
  )
  withExamples(
    withDoor(users.command('restore <user>').description('let a suspended account sign in again')).action(
      (user: string, options: CommonOptions) =>
        change(user, { status: 'active' }, ({ email }) => `${email} can sign in again. What was ended stays ended.`, options, terminal),
    ),
    'users restore mallory@example.com',
  )
  withExamples(
    withDoor(
      users.command('unlock <user>').description('forget what was tried wrongly on an account, so that nobody has to wait there'),
    ).action((user: string, options: CommonOptions) => unlock(user, options, terminal)),
    'users unlock mira@example.com',
  )
  withExamples(
    withMembership(users.command('role <user>').description('give and take roles'), { kind: 'roles', value: 'ROLE' }, terminal),
    'users role ops@example.com --add admin',
    'users role usr_X5rOkRtn_0nTAr9cpdRx7Q --add staff --remove trainee',
  )
  withExamples(
    withMembership(users.command('group <user>').description('put into groups and take out'), { kind: 'groups', value: 'GROUP' }, terminal),
    'users group mira@example.com --add north',
  )
}
