import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import type { ClientDeliveryRecord } from '../record.ts'
import { type Column, printList } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

const columns: readonly Column<ClientDeliveryRecord>[] = [
  { title: 'session', of: ({ session }) => session },
  { title: 'user', of: ({ user }) => user },
  { title: 'state', of: ({ state }) => state },
  { title: 'attempts', of: ({ attempts }) => attempts },
  { title: 'outcome', of: ({ outcome }) => outcome },
  { title: 'created', of: (delivery) => delivery.created_at },
  { title: 'next attempt', of: (delivery) => delivery.due_at },
]

interface ListOptions extends CommonOptions {
  readonly state?: string
  readonly limit: string
}

const list = (id: string, { state, limit, ...options }: ListOptions, terminal: Terminal): Promise<void> =>
  throughDoor(options, terminal, async (door) => {
    const query = new URLSearchParams({ limit, ...(state === undefined ? {} : { state }) })
    const path = `/v1/clients/${encodeURIComponent(id)}/deliveries?${query}`
    const { deliveries } = await call<{ deliveries: readonly ClientDeliveryRecord[] }>(door, 'GET', path)
    printList(terminal, options, deliveries, columns, 'No deliveries.')
  })

export function addClientDeliveries(clients: Command, terminal: Terminal): void {
  withExamples(
    withDoor(clients.command('deliveries <id>').description('which ends of sessions a client was told of, is yet to be, or could not be'))
      .option('--state <state>', 'waiting, delivered or dead')
      .option('--limit <number>', 'how many', '50')
      .action((id: string, options: ListOptions) => list(id, options, terminal)),
    'clients deliveries cli_19CifSkYJZ6ZzhjK5Qg71Q --state dead',
  )
}
