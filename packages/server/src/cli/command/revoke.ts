import type { Command } from 'commander'
import { targetKinds } from 'countersign/revocation'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import type { RevocationPreviewRecord } from '../record.ts'
import { printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

interface RevokeOptions extends CommonOptions {
  readonly mode?: string
  readonly reason?: string
  readonly preview?: true
}

async function revoke(kind: string, id: string | undefined, options: RevokeOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const aim = id === undefined ? kind : `${kind} ${id}`
    const body = {
      target: { kind, ...(id === undefined ? {} : { id }) },
      ...(options.mode === undefined ? {} : { mode: options.mode }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    }
    if (options.preview === true) {
      const preview = await call<RevocationPreviewRecord>(door, 'POST', '/v1/revocations/preview', body)
      return printResult(terminal, options, preview, `Nothing was revoked. To revoke ${aim} would ${effectOf(preview)}.`)
    }
    const entry = await call<{ position: number; at: number }>(door, 'POST', '/v1/revocations', body)
    printResult(terminal, options, entry, `Revoked ${aim} at position ${entry.position}: every older token it covers is dead.`)
  })
}

function effectOf({ effect, sessions, people, grants, sessions_renewed: renewed, at_least: isAtLeast }: RevocationPreviewRecord): string {
  const most = isAtLeast ? 'at least ' : ''
  if (effect === 'ended') return `end ${most}${sessions} sessions of ${people} people and what applications hold by ${grants} consents`
  return renewed === null ? 'end no session' : `end no session; ${most}${renewed} would get new access tokens`
}

export function addRevoke(program: Command, terminal: Terminal): void {
  withExamples(
    withDoor(program.command('revoke <kind> [id]').description(`kill tokens: ${targetKinds.join(', ')}`))
      .option('--mode <mode>', 'soft: access tokens die, sessions refresh unseen; hard: the sessions end as well')
      .option('--reason <text>', 'for the record')
      .option('--preview', 'only say what it would end')
      .action((kind: string, id: string | undefined, options: RevokeOptions) => revoke(kind, id, options, terminal)),
    'revoke user usr_X5rOkRtn_0nTAr9cpdRx7Q',
    'revoke role staff --reason "role was renamed"',
    'revoke token jti_k_0THGFyTIMO7pgex5Xw1eA',
    'revoke everyone --mode soft',
    'revoke user usr_X5rOkRtn_0nTAr9cpdRx7Q --preview',
    'revoke user https://login.example/realms/staff#248289761001',
  )
}
