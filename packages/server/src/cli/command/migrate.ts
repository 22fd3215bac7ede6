import type { Command } from 'commander'
import { databaseDoor } from '../door/database-door.ts'
import { environmentFor, runningSocket } from '../door/open-door.ts'
import { printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { withExamples } from './option.ts'

interface MigrateOptions {
  readonly database?: string
  readonly json: boolean
}

async function migrate(options: MigrateOptions, terminal: Terminal): Promise<void> {
  const environment = environmentFor(options, terminal)
  if ((await runningSocket(environment)) !== undefined) {
    return printResult(
      terminal,
      options,
      { migrated: true, by: 'server' },
      'The running server has brought its database up to date when it started.',
    )
  }
  const door = await databaseDoor(environment)
  await door.close()
  printResult(terminal, options, { migrated: true, by: 'command' }, `${door.name} is up to date.`)
}

export function addMigrate(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command('migrate')
      .description('make the database, or bring it up to date; serve does it too')
      .option('--json', 'print JSON for scripts', false)
      .option('--database <place>', 'the database, as in COUNTERSIGN_DATABASE')
      .action((options: MigrateOptions) => migrate(options, terminal)),
    'migrate --database ./data/countersign.db',
  )
}
