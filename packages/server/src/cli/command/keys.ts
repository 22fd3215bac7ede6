import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import type { KeyRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

interface KeyList {
  readonly keys: readonly KeyRecord[]
}

const columns: readonly Column<KeyRecord>[] = [
  { title: 'kid', of: ({ kid }) => kid },
  { title: 'purpose', of: ({ purpose }) => purpose },
  { title: 'state', of: ({ state }) => state },
  { title: 'algorithm', of: ({ algorithm }) => algorithm },
  { title: 'created', of: (key) => key.created_at },
  { title: 'signs since', of: (key) => key.activated_at },
  { title: 'verifies until', of: (key) => key.verify_until },
]

const printKeys = (terminal: Terminal, options: CommonOptions, keys: readonly KeyRecord[]): void =>
  printList(terminal, options, keys, columns, 'No keys.')

export function addKeys(program: Command, terminal: Terminal): void {
  const keys = program.command('keys').description('signing keys')
  withExamples(
    withDoor(keys.command('list').description('list the signing keys')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        printKeys(terminal, options, (await call<KeyList>(door, 'GET', '/v1/signing-keys')).keys)
      }),
    ),
    'keys list',
  )
  withExamples(
    withDoor(keys.command('rotate').description('let the next key sign; valid tokens stay valid'))
      .option('--purpose <purpose>', 'access-token or feed', 'access-token')
      .action(({ purpose, ...options }: CommonOptions & { purpose: string }) =>
        throughDoor(options, terminal, async (door) => {
          printKeys(terminal, options, (await call<KeyList>(door, 'POST', '/v1/signing-keys/rotate', { purpose })).keys)
        }),
      ),
    'keys rotate',
    'keys rotate --purpose feed',
  )
  withExamples(
    withDoor(keys.command('revoke <kid>').description('kill a key and everything it has signed, at once')).action(
      (kid: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'DELETE', `/v1/signing-keys/${encodeURIComponent(kid)}`)
          printResult(
            terminal,
            options,
            { revoked: kid },
            `Revoked ${kid}. Everything it has signed is dead; sessions get new tokens at their next refresh.`,
          )
        }),
    ),
    'keys revoke nPqUsCnSB8YwqcoZXJSRhtw7yJ2eJ_LzhYIjBMDwlJE',
  )
}
