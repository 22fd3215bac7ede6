import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import type { ServiceRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

const columns: readonly Column<ServiceRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'name', of: ({ name }) => name },
  { title: 'created', of: (service) => service.created_at },
]

interface IssuedService {
  readonly id: string
  readonly name: string
  readonly credential: string
}

async function create(name: string, options: CommonOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const service = await call<IssuedService>(door, 'POST', '/v1/services', { name })
    printResult(terminal, options, service, service.credential)
    if (!options.json) terminal.tell(`This is the credential of ${service.name} (${service.id}). It is shown this once.`)
  })
}

export function addServices(program: Command, terminal: Terminal): void {
  const services = program.command('services').description('credentials with which verifiers read the revocation feed')
  withExamples(
    withDoor(services.command('create').description('make a credential for a service'))
      .requiredOption('--name <name>', 'what the service is called')
      .action(({ name, ...options }: CommonOptions & { name: string }) => create(name, options, terminal)),
    'services create --name orders',
    'services create --name orders --json',
  )
  withExamples(
    withDoor(services.command('list').description('list the services')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        const { services: found } = await call<{ services: readonly ServiceRecord[] }>(door, 'GET', '/v1/services')
        printList(terminal, options, found, columns, 'No services. Make one with: countersign services create --name N')
      }),
    ),
    'services list',
  )
  withExamples(
    withDoor(services.command('remove <id>').description('remove a service; its feed ends')).action((id: string, options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        await call<undefined>(door, 'DELETE', `/v1/services/${encodeURIComponent(id)}`)
        printResult(terminal, options, { removed: id }, `Removed ${id}. Its verifiers go stale and refuse.`)
      }),
    ),
    'services remove svc_AQycegHYyLz4wS0f3G1cjQ',
  )
}
