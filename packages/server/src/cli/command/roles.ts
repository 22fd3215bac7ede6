import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { misuse } from '../failure.ts'
import type { RoleRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'

const PATH = '/v1/roles'

const columns: readonly Column<RoleRecord>[] = [
  { title: 'role', of: ({ name }) => name },
  { title: 'scopes', of: ({ scope }) => scope },
  { title: 'from', of: ({ source }) => source },
]

interface SetOptions extends CommonOptions {
  readonly scope: readonly string[]
  readonly none?: boolean
}

const pathOf = (name: string): string => `${PATH}/${encodeURIComponent(name)}`

async function set(name: string, { scope, none = false, ...options }: SetOptions, terminal: Terminal): Promise<void> {
  if (none === scope.length > 0) throw misuse('Say all that the role is to bring (--scope), or that it is to bring nothing (--none).')
  await throughDoor(options, terminal, async (door) => {
    const role = await call<RoleRecord>(door, 'PUT', pathOf(name), { scope })
    printResult(terminal, options, role, `${name} brings ${role.scope.join(' ') || 'nothing'}. Tokens of before are dead.`)
  })
}

export function addRoles(program: Command, terminal: Terminal): void {
  const roles = program.command('roles').description('which scopes each role brings')
  withExamples(
    withDoor(roles.command('list').description('list the roles that bring something')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        const { roles: found, reserved } = await call<{ roles: readonly RoleRecord[]; reserved: readonly string[] }>(door, 'GET', PATH)
        printList(terminal, options, found, columns, 'No role brings a scope. Say which does with: countersign roles set NAME --scope S')
        if (!options.json && reserved.length > 0) terminal.tell(`Brought by no role any more, and given to nobody: ${reserved.join(' ')}`)
      }),
    ),
    'roles list',
    'roles list --json',
  )
  withExamples(
    withDoor(roles.command('set <name>').description('say all that a role brings; older tokens that rest upon it die at once'))
      .option('--scope <scope>', 'a scope that it brings; may be repeated', several, [])
      .option('--none', 'it brings nothing')
      .action((name: string, options: SetOptions) => set(name, options, terminal)),
    'roles set staff --scope orders:read --scope orders:write',
  )
  withExamples(
    withDoor(roles.command('remove <name>').description('let a role bring nothing any more; who has it keeps it by name')).action(
      (name: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'DELETE', pathOf(name))
          printResult(terminal, options, { removed: name }, `${name} brings nothing any more. Tokens of before are dead.`)
        }),
    ),
    'roles remove staff',
  )
  withExamples(
    withDoor(roles.command('release <scope>').description('let applications have a scope for anybody that only roles once brought')).action(
      (scope: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'POST', '/v1/reserved-scopes/release', { scope })
          printResult(terminal, options, { released: scope }, `${scope} is as any other scope.`)
        }),
    ),
    'roles release orders:export',
  )
}
