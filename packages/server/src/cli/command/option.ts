import type { Command } from 'commander'
import type { DoorOptions } from '../door/open-door.ts'
import type { Shown } from '../table.ts'

/** What every command has that talks to the API. */
export interface CommonOptions extends DoorOptions, Shown {}

/** `--json`, and the ways to a server. */
export function withDoor(command: Command): Command {
  return command
    .option('--json', 'print JSON for scripts', false)
    .option('--database <place>', 'the database, as in COUNTERSIGN_DATABASE')
    .option('--url <url>', 'a server elsewhere; or COUNTERSIGN_URL')
    .option('--token <token>', 'an operator’s access token for --url; better in COUNTERSIGN_TOKEN')
}

/** Examples below the options. */
export const withExamples = (command: Command, ...examples: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ countersign ${example}`).join('\n')}`)

export const several = (value: string, before: readonly string[]): readonly string[] => [...before, value]
