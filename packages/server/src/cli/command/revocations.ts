import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import type { RevocationRecord } from '../record.ts'
import { type Column, printList } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

interface ListOptions extends CommonOptions {
  readonly kind?: string
  readonly id?: string
  readonly limit?: string
}

const DEFAULT_LIMIT = 50

const columns: readonly Column<RevocationRecord>[] = [
  { title: 'position', of: ({ position }) => position },
  { title: 'at', of: ({ at }) => new Date(at).toISOString() },
  { title: 'entry', of: ({ kind, mode }) => (kind === 'cutoff' ? mode : kind) },
  { title: 'target', of: ({ target }) => [target.kind, target.id].filter(Boolean).join(' ') },
  { title: 'operation', of: ({ operation }) => operation },
  { title: 'actor', of: ({ actor }) => actor?.id ?? actor?.kind },
  { title: 'reason', of: ({ reason }) => reason },
]

async function list({ kind, id, limit, ...options }: ListOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const found: RevocationRecord[] = []
    // What is selected may be far back, behind pages that hold none of it.
    for (
      let before: string | null | undefined;
      before !== null && (before === undefined || found.length < Number(limit ?? DEFAULT_LIMIT));
    ) {
      const given = Object.entries({ kind, id, limit, before }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
      const path = `/v1/revocations?${new URLSearchParams(given)}`
      const page = await call<{ revocations: readonly RevocationRecord[]; next: string | null }>(door, 'GET', path)
      found.push(...page.revocations)
      before = page.next
    }
    const shown = found.slice(0, Number(limit ?? DEFAULT_LIMIT))
    printList(terminal, options, shown, columns, 'The log holds none: entries are kept as long as a token can live.')
  })
}

export function addRevocations(program: Command, terminal: Terminal): void {
  const revocations = program.command('revocations').description('the revocation log, as far back as it is kept')
  withExamples(
    withDoor(revocations.command('list').description('list entries, newest first: what, when, by whom, why'))
      .option('--kind <kind>', 'of this kind of target')
      .option('--id <id>', 'of this target')
      .option('--limit <number>', 'at most so many, up to 200; default 50')
      .action((options: ListOptions) => list(options, terminal)),
    'revocations list',
    'revocations list --kind user --id usr_X5rOkRtn_0nTAr9cpdRx7Q',
  )
}
