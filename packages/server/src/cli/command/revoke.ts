import type { Command } from 'commander'
import { targetKinds } from 'countersign/revocation'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

interface RevokeOptions extends CommonOptions {
  readonly mode?: string
  readonly reason?: string
}

async function revoke(kind: string, id: string | undefined, options: RevokeOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const entry = await call<{ position: number; at: number }>(door, 'POST', '/v1/revocations', {
      target: { kind, ...(id === undefined ? {} : { id }) },
      ...(options.mode === undefined ? {} : { mode: options.mode }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    })
    const aim = id === undefined ? kind : `${kind} ${id}`
    printResult(terminal, options, entry, `Revoked ${aim} at position ${entry.position}: every older token it covers is dead.`)
  })
}

export function addRevoke(program: Command, terminal: Terminal): void {
  withExamples(
    withDoor(program.command('revoke <kind> [id]').description(`kill tokens: ${targetKinds.join(', ')}`))
      .option('--mode <mode>', 'soft: access tokens die, sessions refresh unseen; hard: the sessions end as well')
      .option('--reason <text>', 'for the record')
      .action((kind: string, id: string | undefined, options: RevokeOptions) => revoke(kind, id, options, terminal)),
    'revoke user usr_X5rOkRtn_0nTAr9cpdRx7Q',
    'revoke role staff --reason "role was renamed"',
    'revoke token jti_k_0THGFyTIMO7pgex5Xw1eA',
    'revoke everyone --mode soft',
    'revoke user https://login.example/realms/staff#248289761001',
  )
}
