import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { type Column, printList } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

interface RoleRecord {
  readonly name: string
  readonly scope: readonly string[]
}

const columns: readonly Column<RoleRecord>[] = [
  { title: 'role', of: ({ name }) => name },
  { title: 'scopes', of: ({ scope }) => scope },
]

export function addRoles(program: Command, terminal: Terminal): void {
  const roles = program.command('roles').description('which scopes each role brings')
  withExamples(
    withDoor(roles.command('list').description('list the roles of this server’s configuration')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        const { roles: found } = await call<{ roles: readonly RoleRecord[] }>(door, 'GET', '/v1/roles')
        printList(terminal, options, found, columns, 'No role brings a scope. Say which do in COUNTERSIGN_ROLE_SCOPES.')
      }),
    ),
    'roles list',
    'roles list --json',
  )
}
