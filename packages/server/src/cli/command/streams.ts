import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import type { StreamRecord, StreamStatusRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'

const STREAMS = '/v1/security-event-streams'
const PUSH = 'urn:ietf:rfc:8935'

const columns: readonly Column<StreamRecord & StreamStatusRecord>[] = [
  { title: 'id', of: ({ stream_id }) => stream_id },
  { title: 'to', of: ({ aud }) => aud },
  { title: 'by', of: ({ delivery }) => (delivery.method === PUSH ? delivery.endpoint_url : 'poll') },
  { title: 'status', of: ({ status }) => status },
  { title: 'waiting', of: ({ waiting }) => waiting },
  { title: 'refused', of: ({ refused }) => refused },
  { title: 'why', of: ({ reason }) => reason },
]

interface CreateOptions extends CommonOptions {
  readonly audience: string
  readonly push?: string
  readonly event: readonly string[]
  readonly description?: string
}

async function create({ audience, push, event, description, ...options }: CreateOptions, terminal: Terminal): Promise<void> {
  const body = {
    aud: audience,
    ...(push === undefined ? {} : { delivery: { method: PUSH, endpoint_url: push } }),
    ...(event.length === 0 ? {} : { events_requested: event }),
    ...(description === undefined ? {} : { description }),
  }
  await throughDoor(options, terminal, async (door) => {
    const stream = await call<StreamRecord>(door, 'POST', STREAMS, body)
    printResult(terminal, options, stream, stream.stream_id)
    if (!options.json) terminal.tell(`Events are ${push === undefined ? 'fetched from' : 'pushed to'} ${stream.delivery.endpoint_url}.`)
  })
}

const list = (options: CommonOptions, terminal: Terminal): Promise<void> =>
  throughDoor(options, terminal, async (door) => {
    const streams = await call<readonly StreamRecord[]>(door, 'GET', STREAMS)
    const statuses = await Promise.all(
      streams.map(({ stream_id: id }) => call<StreamStatusRecord>(door, 'GET', `${STREAMS}/status?stream_id=${encodeURIComponent(id)}`)),
    )
    const rows = streams.flatMap((stream, at) => {
      const status = statuses[at]
      return status === undefined ? [] : [{ ...stream, ...status }]
    })
    printList(
      terminal,
      options,
      rows,
      columns,
      'No streams. Receivers make theirs with a service credential, you with: countersign streams create',
    )
  })

interface StatusOptions extends CommonOptions {
  readonly reason?: string
}

const setStatus = (id: string, status: string, { reason, ...options }: StatusOptions, terminal: Terminal): Promise<void> =>
  throughDoor(options, terminal, async (door) => {
    const body = { stream_id: id, status, ...(reason === undefined ? {} : { reason }) }
    printResult(terminal, options, await call<StreamStatusRecord>(door, 'POST', `${STREAMS}/status`, body), `${id} is ${status}.`)
  })

const statuses: readonly (readonly [verb: string, status: string, what: string])[] = [
  ['pause', 'paused', 'keep what happens, and deliver it later'],
  ['enable', 'enabled', 'deliver'],
  ['disable', 'disabled', 'drop what waits and what happens'],
]

export function addStreams(program: Command, terminal: Terminal): void {
  const streams = program.command('streams').description('security events to receivers elsewhere (Shared Signals)')
  withExamples(
    withDoor(streams.command('create').description('make a stream to a receiver that has no service credential'))
      .requiredOption('--audience <name>', 'what the receiver is called in aud')
      .option('--push <url>', 'push events there; otherwise they are fetched')
      .option('--event <type>', 'only events of this type; may be repeated', several, [])
      .option('--description <text>', 'for people')
      .action((options: CreateOptions) => create(options, terminal)),
    'streams create --audience https://app.example.com --push https://app.example.com/events',
  )
  withExamples(
    withDoor(streams.command('list').description('list all streams and what waits in them')).action((options: CommonOptions) =>
      list(options, terminal),
    ),
    'streams list',
  )
  for (const [verb, status, what] of statuses) {
    withExamples(
      withDoor(streams.command(`${verb} <id>`).description(what))
        .option('--reason <text>', 'told to the receiver')
        .action((id: string, options: StatusOptions) => setStatus(id, status, options, terminal)),
      `streams ${verb} str_AQycegHYyLz4wS0f3G1cjQ`,
    )
  }
  withExamples(
    withDoor(streams.command('verify <id>').description('send a verification event')).action((id: string, options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        await call<undefined>(door, 'POST', `${STREAMS}/verify`, { stream_id: id })
        printResult(terminal, options, { verifying: id }, 'It will be sent. See what became of it: countersign streams list')
      }),
    ),
    'streams verify str_AQycegHYyLz4wS0f3G1cjQ',
  )
  withExamples(
    withDoor(streams.command('replay <id>').description('send again what the receiver has refused')).action(
      (id: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          const result = await call<{ replayed: number }>(door, 'POST', `${STREAMS}/${encodeURIComponent(id)}/replay`)
          printResult(terminal, options, result, `${result.replayed} will be sent again.`)
        }),
    ),
    'streams replay str_AQycegHYyLz4wS0f3G1cjQ',
  )
  withExamples(
    withDoor(streams.command('remove <id>').description('remove a stream, and what waits in it')).action(
      (id: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'DELETE', `${STREAMS}?stream_id=${encodeURIComponent(id)}`)
          printResult(terminal, options, { removed: id }, `Removed ${id}.`)
        }),
    ),
    'streams remove str_AQycegHYyLz4wS0f3G1cjQ',
  )
}
