import type { Command } from 'commander'
import { call, type Door } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import type { IssuedWebhookEndpointRecord, WebhookDeliveryRecord, WebhookEndpointRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'

const ENDPOINTS = '/v1/webhook-endpoints'
const DELIVERIES = '/v1/webhook-deliveries'

const endpointColumns: readonly Column<WebhookEndpointRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'url', of: ({ url }) => url },
  { title: 'events', of: ({ events }) => events ?? 'all' },
  { title: 'signature', of: ({ signature }) => signature },
  { title: 'status', of: ({ status }) => status },
  { title: 'why', of: ({ reason }) => reason },
  { title: 'failing since', of: (endpoint) => endpoint.failing_since },
]

const deliveryColumns: readonly Column<WebhookDeliveryRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'event', of: ({ type }) => type },
  { title: 'state', of: ({ state }) => state },
  { title: 'attempts', of: ({ attempts }) => attempts },
  { title: 'outcome', of: ({ outcome }) => outcome },
  { title: 'created', of: (delivery) => delivery.created_at },
  { title: 'next attempt', of: (delivery) => delivery.due_at },
]

const pathOf = (id: string, rest = ''): string => `${ENDPOINTS}/${encodeURIComponent(id)}${rest}`

interface CreateOptions extends CommonOptions {
  readonly event: readonly string[]
  readonly description?: string
  readonly signature: string
}

async function create(url: string, { event, description, signature, ...options }: CreateOptions, terminal: Terminal): Promise<void> {
  const body = {
    url,
    signature,
    ...(event.length === 0 ? {} : { events: event }),
    ...(description === undefined ? {} : { description }),
  }
  await throughDoor(options, terminal, async (door) => {
    const issued = await call<IssuedWebhookEndpointRecord>(door, 'POST', ENDPOINTS, body)
    const { webhook_endpoint: endpoint, secret } = issued
    printResult(terminal, options, issued, secret ?? endpoint.id)
    if (!options.json) tellIssued(endpoint, secret, terminal)
  })
}

function tellIssued({ id }: WebhookEndpointRecord, secret: string | null, terminal: Terminal): void {
  if (secret !== null) terminal.tell(`This is the secret of ${id}. It is shown this once.`)
  else terminal.tell('Messages are signed with the key of this server. See /.well-known/webhook-jwks.json.')
}

interface RotateOptions extends CommonOptions {
  readonly overlap: string
}

const rotate = (id: string, { overlap, ...options }: RotateOptions, terminal: Terminal): Promise<void> =>
  throughDoor(options, terminal, async (door) => {
    const issued = await call<IssuedWebhookEndpointRecord>(door, 'POST', pathOf(id, '/secret'), { overlap_seconds: Number(overlap) })
    printResult(terminal, options, issued, issued.secret ?? '')
    if (!options.json) terminal.tell(`This is the new secret of ${id}. The one before signs beside it for ${overlap} seconds.`)
  })

interface TestRecord {
  readonly delivered: boolean
  readonly status: number | null
  readonly problem: string | null
}

const test = (id: string, options: CommonOptions, terminal: Terminal): Promise<void> =>
  throughDoor(options, terminal, async (door) => {
    const result = await call<TestRecord>(door, 'POST', pathOf(id, '/test'))
    const { delivered, status, problem } = result
    const said = status === null ? `There was no answer: ${problem}.` : `The answer was ${status}.`
    printResult(terminal, options, result, delivered ? `Delivered. ${said}` : `Not delivered. ${said}`)
  })

interface SelectionOptions extends CommonOptions {
  readonly endpoint?: string
  readonly state?: string
  readonly since?: string
  readonly until?: string
}

interface ListOptions extends SelectionOptions {
  readonly limit: string
}

const list = ({ endpoint, state, since, until, limit, ...options }: ListOptions, terminal: Terminal): Promise<void> =>
  throughDoor(options, terminal, async (door) => {
    const given = Object.entries({ endpoint, state, since, until, limit })
    const query = new URLSearchParams(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
    const { webhook_deliveries: found } = await call<{ webhook_deliveries: readonly WebhookDeliveryRecord[] }>(
      door,
      'GET',
      `${DELIVERIES}?${query}`,
    )
    printList(terminal, options, found, deliveryColumns, 'No deliveries.')
  })

/** One by its id, or all of an endpoint that were given up. */
const replay = (id: string | undefined, options: SelectionOptions, terminal: Terminal): Promise<void> =>
  throughDoor(options, terminal, async (door) => {
    if (id !== undefined) {
      await call<undefined>(door, 'POST', `${DELIVERIES}/${encodeURIComponent(id)}/replay`)
      printResult(terminal, options, { replayed: 1 }, `${id} will be sent again.`)
      return
    }
    const result = await replayAll(door, options)
    const rest = result.more ? ' There may be more: ask again, with a later --since.' : ''
    printResult(terminal, options, result, `${result.replayed} will be sent again.${rest}`)
  })

function replayAll(door: Door, { endpoint, state, since, until }: SelectionOptions): Promise<{ replayed: number; more: boolean }> {
  const given = Object.entries({ endpoint, state, since, until }).filter(([, value]) => value !== undefined)
  return call(door, 'POST', `${DELIVERIES}/replay`, Object.fromEntries(given))
}

const setStatus = (id: string, status: string, options: CommonOptions, terminal: Terminal): Promise<void> =>
  throughDoor(options, terminal, async (door) => {
    printResult(terminal, options, await call<unknown>(door, 'PATCH', pathOf(id), { status }), `${id} is ${status}.`)
  })

const statuses: readonly (readonly [verb: string, status: string, what: string])[] = [
  ['pause', 'paused', 'keep what happens, and deliver it later'],
  ['enable', 'enabled', 'deliver'],
  ['disable', 'disabled', 'tell it nothing, and give up what waits for it'],
]

const EXAMPLE = 'whe_AQycegHYyLz4wS0f3G1cjQ'

export function addWebhooks(program: Command, terminal: Terminal): void {
  const webhooks = program.command('webhooks').description('endpoints that are told of what happens here (Standard Webhooks)')
  withExamples(
    withDoor(webhooks.command('create <url>').description('have an address told of what happens'))
      .option('--event <type>', 'only events of this type; may be repeated', several, [])
      .option('--description <text>', 'for people')
      .option('--signature <version>', 'v1: with a secret of its own; v1a: with the key of this server', 'v1')
      .action((url: string, options: CreateOptions) => create(url, options, terminal)),
    'webhooks create https://app.example.com/webhooks --event user.created --event session.ended',
    'webhooks create https://app.example.com/webhooks --signature v1a --json',
  )
  withExamples(
    withDoor(webhooks.command('list').description('list the endpoints')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        const { webhook_endpoints: found } = await call<{ webhook_endpoints: readonly WebhookEndpointRecord[] }>(door, 'GET', ENDPOINTS)
        printList(terminal, options, found, endpointColumns, 'No endpoints. Make one with: countersign webhooks create URL')
      }),
    ),
    'webhooks list',
  )
  withExamples(
    withDoor(webhooks.command('test <id>').description('send one event to try an endpoint, and tell what it has answered')).action(
      (id: string, options: CommonOptions) => test(id, options, terminal),
    ),
    `webhooks test ${EXAMPLE}`,
  )
  withExamples(
    withDoor(webhooks.command('deliveries').description('list what was sent, waits to be, or was given up; newest first'))
      .option('--endpoint <id>', 'only to this endpoint')
      .option('--state <state>', 'waiting, delivered or dead')
      .option('--since <time>', 'made then or later, such as 2027-01-31T00:00:00Z')
      .option('--until <time>', 'made before')
      .option('--limit <number>', 'how many', '50')
      .action((options: ListOptions) => list(options, terminal)),
    `webhooks deliveries --endpoint ${EXAMPLE} --state dead`,
  )
  withExamples(
    withDoor(webhooks.command('replay [delivery]').description('send again: one delivery, or all of an endpoint that were given up'))
      .option('--endpoint <id>', 'all of this endpoint')
      .option('--state <state>', 'dead or delivered')
      .option('--since <time>', 'made then or later')
      .option('--until <time>', 'made before')
      .action((id: string | undefined, options: SelectionOptions) => replay(id, options, terminal)),
    `webhooks replay --endpoint ${EXAMPLE}`,
    `webhooks replay ${EXAMPLE}.evt_log_42`,
  )
  withExamples(
    withDoor(webhooks.command('rotate <id>').description('give an endpoint a new secret; for a while both sign'))
      .option('--overlap <seconds>', 'for how long', '86400')
      .action((id: string, options: RotateOptions) => rotate(id, options, terminal)),
    `webhooks rotate ${EXAMPLE} --overlap 3600`,
  )
  for (const [verb, status, what] of statuses) {
    withExamples(
      withDoor(webhooks.command(`${verb} <id>`).description(what)).action((id: string, options: CommonOptions) =>
        setStatus(id, status, options, terminal),
      ),
      `webhooks ${verb} ${EXAMPLE}`,
    )
  }
  withExamples(
    withDoor(webhooks.command('remove <id>').description('remove an endpoint, and what waits for it')).action(
      (id: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'DELETE', pathOf(id))
          printResult(terminal, options, { removed: id }, `Removed ${id}.`)
        }),
    ),
    `webhooks remove ${EXAMPLE}`,
  )
}
