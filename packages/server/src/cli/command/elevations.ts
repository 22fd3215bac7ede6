import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { Failure, misuse } from '../failure.ts'
import type { ElevationRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'
import { findUser } from './users.ts'

const columns: readonly Column<ElevationRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'role', of: ({ role }) => role },
  { title: 'active', of: ({ active }) => (active ? 'yes' : 'no') },
  { title: 'ends', of: (elevation) => elevation.ended_at ?? elevation.ends_at },
  { title: 'ended by', of: (elevation) => elevation.ended_by },
  { title: 'started by', of: (elevation) => elevation.started_by },
  { title: 'reason', of: ({ reason }) => reason },
]

interface ElevateOptions extends CommonOptions {
  readonly role: string
  readonly minutes: string
  readonly reason: string
}

async function elevate(named: string, { role, minutes: given, reason, ...options }: ElevateOptions, terminal: Terminal): Promise<void> {
  const minutes = Number(given)
  if (!Number.isInteger(minutes) || minutes < 1) throw misuse('--minutes must be a whole number above 0.')
  await throughDoor(options, terminal, async (door) => {
    const { id, email } = await findUser(door, named)
    const path = `/v1/users/${id}/elevations`
    const { elevation } = await call<{ elevation: ElevationRecord }>(door, 'POST', path, { role, minutes, reason })
    const sentence = `${email} has ${role} until ${elevation.ends_at} (${elevation.id}). Sessions pick it up at their next refresh.`
    printResult(terminal, options, elevation, sentence)
  })
}

async function list(named: string, options: CommonOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const { id, email } = await findUser(door, named)
    const { elevations } = await call<{ elevations: readonly ElevationRecord[] }>(door, 'GET', `/v1/users/${id}/elevations`)
    printList(terminal, options, elevations, columns, `${email} has no role for a while, and had none.`)
  })
}

/** By its id, or by the role of one that is active. */
async function end(named: string, which: string, options: CommonOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const { id, email } = await findUser(door, named)
    const path = `/v1/users/${id}/elevations`
    const { elevations } = await call<{ elevations: readonly ElevationRecord[] }>(door, 'GET', path)
    const found = elevations.find((each) => each.active && (each.id === which || each.role === which))
    if (found === undefined) {
      throw new Failure(`${email} has no active elevation ${which}.`, `List them with: countersign users elevations ${named}`)
    }
    await call<undefined>(door, 'DELETE', `${path}/${found.id}`)
    const sentence = `${email} no longer has ${found.role}. Access tokens with it are dead; sessions go on without it.`
    printResult(terminal, options, { ended: found.id }, sentence)
  })
}

/** Roles for a while, below `users`. */
export function addElevations(users: Command, terminal: Terminal): void {
  withExamples(
    withDoor(users.command('elevate <user>').description('give a role for a while'))
      .requiredOption('--role <role>', 'the role')
      .requiredOption('--minutes <number>', 'for so long; a day at most')
      .requiredOption('--reason <text>', 'why: it is kept, and stands in the log')
      .action((user: string, options: ElevateOptions) => elevate(user, options, terminal)),
    'users elevate mira@example.com --role oncall --minutes 30 --reason "incident 4711"',
  )
  withExamples(
    withDoor(users.command('elevations <user>').description('list the roles that somebody has for a while, and had')).action(
      (user: string, options: CommonOptions) => list(user, options, terminal),
    ),
    'users elevations mira@example.com',
  )
  withExamples(
    withDoor(users.command('end-elevation <user> <elevation>').description('take a role before its time, by id or by the role')).action(
      (user: string, which: string, options: CommonOptions) => end(user, which, options, terminal),
    ),
    'users end-elevation mira@example.com oncall',
  )
}
