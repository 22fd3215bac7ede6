import type { Command } from 'commander'
import { configFromEnvironment, restoreDatabase } from '../../index.ts'
import { environmentFor } from '../door/open-door.ts'
import { printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { withExamples } from './option.ts'

interface RestoreOptions {
  readonly from?: string
  readonly database?: string
  readonly json: boolean
}

async function restore(options: RestoreOptions, terminal: Terminal): Promise<void> {
  const config = configFromEnvironment(environmentFor(options, terminal))
  const position = await restoreDatabase(config, options.from)
  const sentence = `A new epoch begins at position ${position}. Everything issued before is dead: people sign in again.`
  printResult(terminal, options, { restored: true, position }, sentence)
}

export function addRestore(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command('restore')
      .description('use a backup as the database: in a new epoch, so that nothing it has forgotten is forgiven')
      .option('--json', 'print JSON for scripts', false)
      .option('--database <place>', 'the database, as in COUNTERSIGN_DATABASE')
      .option('--from <file>', 'the backup, to be put in the place of the SQLite database; what stands there is kept as *.replaced')
      .action((options: RestoreOptions) => restore(options, terminal)),
    'restore --from /backup/countersign-monday.db',
    'restore --database postgres://127.0.0.1/countersign',
  )
}
