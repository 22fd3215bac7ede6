import { type ChildProcess, spawn } from 'node:child_process'
import type { Command } from 'commander'
import { systemClock } from 'countersign/core'
import { newRecipient } from 'countersign/lease'
import { call, type Door } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { Failure, misuse, ProgramEnded } from '../failure.ts'
import type { LeaseEventRecord, LeaseRecord, OpenedLeaseRecord, PoolUserRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'

const POLL_MS = 1000
/** How long the end of a lease may take on a server that does not answer: its deadline ends it anyway. */
const END_MS = 10_000
/** What a shell answers for a program that a signal has ended. */
const SIGNALLED = 128
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const
const passedOn = Object.keys(signalNumbers) as readonly (keyof typeof signalNumbers)[]

const leaseColumns: readonly Column<LeaseRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'pool', of: ({ pool }) => pool },
  { title: 'user', of: ({ email }) => email },
  { title: 'active', of: ({ active }) => (active ? 'yes' : 'no') },
  { title: 'ends', of: (lease) => lease.ended_at ?? lease.ends_at },
  { title: 'ended by', of: (lease) => lease.ended_by },
  { title: 'started by', of: (lease) => lease.started_by },
]
const eventColumns: readonly Column<LeaseEventRecord>[] = [
  { title: 'what', of: ({ kind }) => kind },
  { title: 'when', of: ({ at }) => at },
  { title: 'by', of: ({ by }) => by },
  { title: 'from', of: ({ address }) => address },
]
const userColumns: readonly Column<PoolUserRecord>[] = [
  { title: 'user', of: ({ user }) => user },
  { title: 'e-mail', of: ({ email }) => email },
  { title: 'pool', of: ({ pool }) => pool },
  { title: 'state', of: ({ state }) => state },
  { title: 'lease', of: ({ lease }) => lease },
]

interface RunOptions extends CommonOptions {
  readonly pool: string
  readonly seconds: string
  readonly wait: string
}

interface HeldLease {
  readonly id: string
  readonly email: string
  readonly password: string
  readonly endsAt: string
}

const seconds = (text: string, name: string, least: number): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least) throw misuse(`--${name} must be a whole number of seconds.`)
  return value
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void systemClock.after(ms, resolve))

/** Asks until somebody is free, or the wait is over. The password travels encrypted to a key of this process. */
async function take(door: Door, { pool, seconds: life, wait }: RunOptions): Promise<HeldLease> {
  const recipient = await newRecipient()
  const body = { pool, seconds: seconds(life, 'seconds', 1), deliver_to: recipient.publicKey }
  const until = systemClock.monotonicMs() + seconds(wait, 'wait', 0) * 1000
  for (;;) {
    try {
      const { lease, encrypted_credentials: delivery = '' } = await call<OpenedLeaseRecord>(door, 'POST', '/v1/leases', body)
      const { email, password } = await recipient.open(delivery)
      return { id: lease.id, email: String(email), password: String(password), endsAt: lease.ends_at }
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'conflict') throw error
      if (systemClock.monotonicMs() >= until) {
        throw new Failure(
          `Nobody of the pool ${pool} is free.`,
          'Wait for somebody with --wait, or add more: countersign lease add.',
          1,
          'conflict',
        )
      }
      await pause(POLL_MS)
    }
  }
}

/** The environment of the child: the lease, and nothing of what may take others. */
function environmentOf({ id, email, password, endsAt }: HeldLease, { environment }: Terminal): NodeJS.ProcessEnv {
  const { COUNTERSIGN_TOKEN: _token, COUNTERSIGN_SECRET: _secret, ...rest } = environment
  return {
    ...rest,
    COUNTERSIGN_LEASE_ID: id,
    COUNTERSIGN_LEASE_EMAIL: email,
    COUNTERSIGN_LEASE_PASSWORD: password,
    COUNTERSIGN_LEASE_ENDS_AT: endsAt,
  }
}

/** Runs a program to its end. Signals that end us go to it, so that the lease is given back after it. */
async function runProgram([name = '', ...words]: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  let child: ChildProcess | undefined
  const pass = (signal: NodeJS.Signals): void => {
    // What is typed on a terminal reaches the program without us, and twice is more than once to many.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child?.kill(signal)
  }
  // First: whoever sees the program run may send us a signal before we come to anything else.
  for (const signal of passedOn) process.on(signal, pass)
  try {
    const running = spawn(name, words, { stdio: 'inherit', env: environment })
    child = running
    return await new Promise<number>((resolve, reject) => {
      running.once('error', () => reject(new Failure(`${name} cannot be started.`, 'Check its name, and that it is in PATH.')))
      running.once('exit', (status, signal) => resolve(status ?? SIGNALLED + (signalNumbers[signal as keyof typeof signalNumbers] ?? 9)))
    })
  } finally {
    for (const signal of passedOn) process.off(signal, pass)
  }
}

async function giveBack(door: Door, { id, endsAt }: HeldLease, terminal: Terminal): Promise<void> {
  const ended = call<undefined>(door, 'DELETE', `/v1/leases/${id}`).then(() => true)
  const isEnded = await Promise.race([ended, pause(END_MS).then(() => false)]).catch(
    // Ended before: by its deadline, or by an operator.
    (error: unknown) => error instanceof Failure && error.code === 'not_found',
  )
  if (!isEnded) terminal.tell(`The lease ${id} could not be ended. It ends by itself at ${endsAt}.`)
}

async function runUnder(words: readonly string[], options: RunOptions, terminal: Terminal): Promise<void> {
  const code = await throughDoor(options, terminal, async (door) => {
    const lease = await take(door, options)
    try {
      return await runProgram(words, environmentOf(lease, terminal))
    } finally {
      await giveBack(door, lease, terminal)
    }
  })
  if (code !== 0) throw new ProgramEnded(code)
}

interface AddOptions extends CommonOptions {
  readonly pool: string
  readonly name?: string
  readonly role: readonly string[]
  readonly group: readonly string[]
}

async function add(email: string, { pool, name, role: roles, group: groups, ...options }: AddOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const body = { pool, email, roles, groups, ...(name === undefined ? {} : { name }) }
    const { lease_user: user } = await call<{ lease_user: PoolUserRecord }>(door, 'POST', '/v1/lease-users', body)
    printResult(
      terminal,
      options,
      user,
      `${user.email} (${user.user}) is in the pool ${user.pool}. Nobody can sign in as them without a lease.`,
    )
  })
}

export function addLease(program: Command, terminal: Terminal): void {
  const lease = program.command('lease').description('test users that can sign in only while a test runs').enablePositionalOptions()
  withExamples(
    withDoor(lease.command('run <words...>').description('run a program with a test user of its own; the user is dead when it ends'))
      .requiredOption('--pool <name>', 'of which pool')
      .option('--seconds <number>', 'the deadline, whatever becomes of the program', '900')
      .option('--wait <seconds>', 'so long until somebody is free', '0')
      .passThroughOptions()
      .action((words: readonly string[], options: RunOptions) => runUnder(words, options, terminal)),
    'lease run --pool e2e -- npm test',
    'lease run --pool e2e --seconds 1800 --wait 60 -- npx playwright test',
  )
  withExamples(
    withDoor(lease.command('add <email>').description('create a test user of a pool'))
      .requiredOption('--pool <name>', 'of which pool')
      .option('--name <name>', 'what they are called')
      .option('--role <role>', 'give a role; may be repeated', several, [])
      .option('--group <group>', 'put them into a group; may be repeated', several, [])
      .action((email: string, options: AddOptions) => add(email, options, terminal)),
    'lease add e2e-1@example.com --pool e2e --role staff',
  )
  withExamples(
    withDoor(lease.command('users').description('list the test users'))
      .option('--pool <name>', 'of one pool')
      .action(({ pool, ...options }: CommonOptions & { readonly pool?: string }) =>
        throughDoor(options, terminal, async (door) => {
          const query = pool === undefined ? '' : `?pool=${encodeURIComponent(pool)}`
          const { lease_users: users } = await call<{ lease_users: readonly PoolUserRecord[] }>(door, 'GET', `/v1/lease-users${query}`)
          printList(terminal, options, users, userColumns, 'No test users. Make one with: countersign lease add EMAIL --pool NAME')
        }),
      ),
    'lease users --pool e2e',
  )
  withExamples(
    withDoor(lease.command('remove <user>').description('take a test user out of their pool, by id')).action(
      (user: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'DELETE', `/v1/lease-users/${encodeURIComponent(user)}`)
          printResult(terminal, options, { removed: user }, `${user} is in no pool any more, and stays suspended.`)
        }),
    ),
    'lease remove usr_AQycegHYyLz4wS0f3G1cjQ',
  )
  withExamples(
    withDoor(lease.command('list').description('list the leases that stand'))
      .option('--all', 'those that have ended, too', false)
      .action(({ all, ...options }: CommonOptions & { readonly all: boolean }) =>
        throughDoor(options, terminal, async (door) => {
          const path = `/v1/leases${all ? '' : '?state=active'}`
          const { leases } = await call<{ leases: readonly LeaseRecord[] }>(door, 'GET', path)
          printList(terminal, options, leases, leaseColumns, 'No leases.')
        }),
      ),
    'lease list --all',
  )
  withExamples(
    withDoor(lease.command('show <lease>').description('who has started, opened and ended a lease')).action(
      (id: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          const path = `/v1/leases/${encodeURIComponent(id)}`
          const { events } = await call<{ events: readonly LeaseEventRecord[] }>(door, 'GET', path)
          printList(terminal, options, events, eventColumns, 'Nothing is known of it.')
        }),
    ),
    'lease show lea_AQycegHYyLz4wS0f3G1cjQ',
  )
  withExamples(
    withDoor(lease.command('end <lease>').description('end a lease before its time')).action((id: string, options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        await call<undefined>(door, 'DELETE', `/v1/leases/${encodeURIComponent(id)}`)
        printResult(terminal, options, { ended: id }, `Ended ${id}. Password, sessions and tokens are dead.`)
      }),
    ),
    'lease end lea_AQycegHYyLz4wS0f3G1cjQ',
  )
}
