import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { csvLine } from '../csv.ts'
import { call, type Door } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { misuse, ProgramEnded } from '../failure.ts'
import type { AuditEventRecord, AuditHeadRecord, AuditVerificationRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

const PATH = '/v1/audit-events'
const PAGE = 500

const columns: readonly Column<AuditEventRecord>[] = [
  { title: 'position', of: ({ position }) => position },
  { title: 'at', of: ({ at }) => at },
  { title: 'operation', of: ({ operation }) => operation },
  { title: 'actor', of: ({ actor }) => actor.id ?? actor.kind },
  { title: 'target', of: ({ target }) => target?.id },
  {
    title: 'outcome',
    of: ({ outcome, code, count }) => [outcome, code, count === null ? null : `${count} times`].filter(Boolean).join(' '),
  },
  { title: 'address', of: ({ address }) => address },
]

interface ListOptions extends CommonOptions {
  readonly actor?: string
  readonly target?: string
  readonly operation?: string
  readonly outcome?: string
  readonly since?: string
  readonly until?: string
  readonly limit?: string
  readonly format: 'table' | 'json' | 'lines' | 'csv'
}

interface PageRecord {
  readonly audit_events: readonly AuditEventRecord[]
  readonly next: string | null
}

/** Newest first, a page at a time. */
async function* events(door: Door, query: Readonly<Record<string, string | undefined>>, most: number): AsyncGenerator<AuditEventRecord> {
  let after: string | null = null
  for (let left = most; left > 0; ) {
    const given = Object.entries({ ...query, limit: String(Math.min(PAGE, left)), after: after ?? undefined })
    const parameters = new URLSearchParams(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
    const page: PageRecord = await call<PageRecord>(door, 'GET', `${PATH}?${parameters}`)
    yield* page.audit_events
    left -= page.audit_events.length
    after = page.next
    if (after === null) return
  }
}

function limitOf({ limit, format, json }: ListOptions): number {
  // Whoever takes records elsewhere takes all of them.
  if (limit === undefined) return format === 'table' && !json ? 100 : Number.POSITIVE_INFINITY
  if (!/^[1-9]\d{0,9}$/.test(limit)) throw misuse('--limit must be a number of records.')
  return Number(limit)
}

const csvColumns = [
  ...([
    'position',
    'at',
    'operation',
    'actor_kind',
    'actor_id',
    'actor_session',
    'actor_by',
    'target_kind',
    'target_id',
    'outcome',
  ] as const),
  ...(['code', 'address', 'request_id', 'members', 'methods', 'count', 'hash'] as const),
]

const csvCells = (event: AuditEventRecord): Parameters<typeof csvLine>[0] => [
  ...[event.position, event.at, event.operation],
  ...[event.actor.kind, event.actor.id, event.actor.session, event.actor.by],
  ...[event.target?.kind ?? null, event.target?.id ?? null, event.outcome, event.code, event.address, event.request_id],
  ...[event.members.join(' '), event.methods.join(' '), event.count, event.hash],
]

function list({ actor, target, operation, outcome, since, until, ...options }: ListOptions, terminal: Terminal): Promise<void> {
  const most = limitOf(options)
  const query = { actor, target, operation, outcome, from: timeOf(since, '--since'), to: timeOf(until, '--until') }
  return throughDoor(options, terminal, async (door) => {
    const found = events(door, query, most)
    if (options.format === 'csv') {
      terminal.print(csvLine(csvColumns))
      for await (const event of found) terminal.print(csvLine(csvCells(event)))
    } else if (options.format === 'lines') {
      for await (const event of found) terminal.print(JSON.stringify(event))
    } else {
      const all: AuditEventRecord[] = []
      for await (const event of found) all.push(event)
      printList(terminal, { json: options.json || options.format === 'json' }, all, columns, 'Nothing is on record.')
    }
  })
}

/** A day, or a moment. */
function timeOf(text: string | undefined, option: string): string | undefined {
  if (text === undefined) return undefined
  const moment = new Date(text)
  if (Number.isNaN(moment.getTime())) throw misuse(`${option} is no time.`, 'Write it as 2030-01-31, or 2030-01-31T12:00:00Z.')
  return moment.toISOString()
}

const sentences: Readonly<Record<string, string>> = {
  missing: 'no record is there, though there are later ones',
  unsealed: 'not as the server wrote it: changed, moved or put there',
  unchained: 'written by the server, but not behind the record that stands before it',
  cut_off: 'the chain ends before it',
  end: 'the end of the chain was not put there by the server',
  base: 'what was forgotten was not forgotten by the server',
  checkpoint: 'another record than the checkpoint is of',
}

function checkpointIn(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw misuse(`${file} cannot be read.`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw misuse(`${file} holds no checkpoint.`, 'Make one with: countersign audit head > FILE')
  }
}

function verify({ from, ...options }: CommonOptions & { readonly from?: string }, terminal: Terminal): Promise<void> {
  const body = from === undefined ? {} : { checkpoint: checkpointIn(from) }
  return throughDoor(options, terminal, async (door) => {
    const result = await call<AuditVerificationRecord>(door, 'POST', `${PATH}/verify`, body)
    const { intact, findings, records, base, head, checkpoint } = result
    const lines = findings.map(
      ({ kind, position, up_to: upTo }) => `${position}${upTo > position ? `–${upTo}` : ''}: ${sentences[kind] ?? kind}`,
    )
    const kept = checkpoint === 'forgotten' ? ' The checkpoint is older than what is kept.' : ''
    const found = `${records} records, ${base + 1} to ${head}, are as they were written.${kept}`
    printResult(terminal, options, result, intact ? found : `TAMPERED WITH\n${lines.join('\n')}`)
    if (!intact) throw new ProgramEnded(1)
    if (!options.json && from === undefined) {
      terminal.tell('Whether the end was cut off is known by a checkpoint: countersign audit verify --from FILE')
    }
  })
}

export function addAudit(program: Command, terminal: Terminal): void {
  const audit = program.command('audit').description('who has done what, in a chain that shows whether anybody has changed it')
  withExamples(
    withDoor(audit.command('list').description('list records, newest first'))
      .option('--actor <id>', 'of whom: a user, a key, a service; or local, server, anyone')
      .option('--target <id>', 'done to what; or an e-mail address that somebody has tried to sign in with')
      .option('--operation <name>', 'by the name in the OpenAPI document')
      .addOption(new Option('--outcome <outcome>', 'how it ended').choices(['done', 'refused', 'failed']))
      .option('--since <time>', 'then or later')
      .option('--until <time>', 'before then')
      .option('--limit <number>', 'so many at most; a table has 100')
      .addOption(
        new Option('--format <format>', 'lines: one JSON object a line').choices(['table', 'json', 'lines', 'csv']).default('table'),
      )
      .action((options: ListOptions) => list(options, terminal)),
    'audit list --actor usr_q0wG0nRSl2-YlVsw5hAJoQ --since 2030-01-31',
    'audit list --since 2030-01-01 --until 2030-02-01 --format csv > january.csv',
  )
  withExamples(
    withDoor(audit.command('head').description('print a checkpoint, to be kept elsewhere')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        terminal.print(JSON.stringify(await call<AuditHeadRecord>(door, 'GET', `${PATH}/head`)))
      }),
    ),
    'audit head > /elsewhere/checkpoint.json',
  )
  withExamples(
    withDoor(audit.command('verify').description('look at every record: exit code 1 when one is not as it was written'))
      .option('--from <file>', 'a checkpoint: then it is known, too, whether the end was cut off')
      .action((options: CommonOptions & { readonly from?: string }) => verify(options, terminal)),
    'audit verify --from /elsewhere/checkpoint.json',
  )
}
