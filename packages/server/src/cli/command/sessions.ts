import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { misuse } from '../failure.ts'
import type { SessionRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'
import { findUser } from './users.ts'

const deviceOf = ({ browser, system, user_agent }: SessionRecord['device']): string | null =>
  browser !== null && system !== null ? `${browser}, ${system}` : user_agent

const columns: readonly Column<SessionRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'device', of: ({ device }) => device.name ?? deviceOf(device) },
  { title: 'address', of: ({ device }) => device.address },
  { title: 'place', of: ({ device }) => device.place },
  { title: 'signed in', of: (session) => session.created_at },
  { title: 'last use', of: (session) => session.last_used_at },
  { title: 'ends', of: (session) => session.expires_at },
]

async function list(user: string, options: CommonOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const { id, email } = await findUser(door, user)
    const { sessions } = await call<{ sessions: readonly SessionRecord[] }>(door, 'GET', `/v1/sessions?user=${id}`)
    printList(terminal, options, sessions, columns, `${email} is signed in nowhere.`)
  })
}

interface EndOptions extends CommonOptions {
  readonly user?: string
}

async function end(session: string | undefined, options: EndOptions, terminal: Terminal): Promise<void> {
  const { user } = options
  if ((session === undefined) === (user === undefined)) throw misuse('Name a session, or a person with --user.')
  await throughDoor(options, terminal, async (door) => {
    if (user === undefined) {
      await call<undefined>(door, 'DELETE', `/v1/sessions/${encodeURIComponent(session ?? '')}`)
      return printResult(terminal, options, { ended: [session] }, 'The session has ended; its tokens are dead.')
    }
    const { id, email } = await findUser(door, user)
    const { ended } = await call<{ ended: readonly string[] }>(door, 'DELETE', `/v1/sessions?user=${id}`)
    printResult(terminal, options, { ended }, `${ended.length} ${ended.length === 1 ? 'session' : 'sessions'} of ${email} ended.`)
  })
}

export function addSessions(program: Command, terminal: Terminal): void {
  const sessions = program.command('sessions').description('who is signed in, and where')
  withExamples(
    withDoor(sessions.command('list <user>').description('list a person’s sessions')).action((user: string, options: CommonOptions) =>
      list(user, options, terminal),
    ),
    'sessions list mira@example.com',
  )
  withExamples(
    withDoor(sessions.command('end [session]').description('end one session, or all of a person’s'))
      .option('--user <user>', 'all sessions of this person')
      .action((session: string | undefined, options: EndOptions) => end(session, options, terminal)),
    'sessions end ses_AQycegHYyLz4wS0f3G1cjQ',
    'sessions end --user mira@example.com',
  )
}
