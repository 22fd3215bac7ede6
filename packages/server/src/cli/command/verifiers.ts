import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import type { VerifierRecord } from '../record.ts'
import { type Column, printList } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

const columns: readonly Column<VerifierRecord>[] = [
  { title: 'service', of: ({ service }) => service.name },
  { title: 'verifier', of: ({ name, instance }) => name ?? instance },
  { title: 'state', of: ({ state }) => state },
  { title: 'age', of: (verifier) => (verifier.age_ms === null ? '-' : `${(verifier.age_ms / 1000).toFixed(1)} s`) },
  { title: 'behind', of: ({ behind }) => String(behind) },
  { title: 'reported', of: (verifier) => verifier.reported_at },
]

export function addVerifiers(program: Command, terminal: Terminal): void {
  const verifiers = program.command('verifiers').description('the verifiers that report how fresh they are')
  withExamples(
    withDoor(verifiers.command('list').description('list them, as they were when each last reported')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        const { verifiers: found } = await call<{ verifiers: readonly VerifierRecord[] }>(door, 'GET', '/v1/verifiers')
        printList(terminal, options, found, columns, 'No verifier has reported in the last ten minutes.')
      }),
    ),
    'verifiers list',
    'verifiers list --json',
  )
}
