import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { systemRandom } from 'countersign/core'
import { databaseFromEnvironment, dataPath, freshSecret, rotatedSecrets, rotateSecretFile, secretPath } from '../../index.ts'
import { call } from '../door/door.ts'
import { environmentFor, throughDoor } from '../door/open-door.ts'
import { Failure, misuse } from '../failure.ts'
import type { ResealedRecord, SecretStateRecord, SecretUseRecord } from '../record.ts'
import { type Column, printResult, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

type Counts = Readonly<Record<string, number>>

const countsText = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`)
    .join(', ')

interface NumberedUse extends SecretUseRecord {
  readonly place: number
}

const columns: readonly Column<NumberedUse>[] = [
  { title: 'place', of: ({ place }) => place },
  { title: 'id', of: ({ id }) => id },
  { title: 'sealed', of: ({ sealed }) => countsText(sealed) },
  { title: 'leaves by itself', of: ({ made }) => countsText(made) },
  { title: 'may go', of: (use) => (use.place === 1 ? 'it is the one' : use.may_go ? 'yes' : 'not yet') },
]

async function check(options: CommonOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const state = await call<SecretStateRecord>(door, 'GET', '/v1/secrets')
    const uses = state.secrets.map((use, at) => ({ ...use, place: at + 1 }))
    printResult(terminal, options, state, table(columns, uses))
    const lost = countsText(state.lost)
    if (lost !== '') {
      throw new Failure(
        `No secret of the list opens ${lost}.`,
        'Put the secret back that was taken out of COUNTERSIGN_SECRET, behind the others.',
      )
    }
  })
}

async function reseal(options: CommonOptions, terminal: Terminal): Promise<void> {
  await throughDoor(options, terminal, async (door) => {
    const { kinds } = await call<{ kinds: Readonly<Record<string, ResealedRecord>> }>(door, 'POST', '/v1/secrets/reseal')
    const moved = Object.fromEntries(Object.entries(kinds).flatMap(([name, { resealed }]) => (resealed > 0 ? [[name, resealed]] : [])))
    const sentence = countsText(moved) === '' ? 'Nothing had to be moved.' : `Moved under the newest secret: ${countsText(moved)}.`
    printResult(terminal, options, kinds, sentence)
  })
}

interface RotateOptions {
  readonly database?: string
}

/** The list is in the environment, which only its owner can change, or in the file of a development server. */
function rotate(options: RotateOptions, terminal: Terminal): void {
  const environment = environmentFor(options, terminal)
  const given = environment['COUNTERSIGN_SECRET'] ?? ''
  try {
    if (given !== '') {
      terminal.print(rotatedSecrets(given).list)
      terminal.tell('Give the server this in COUNTERSIGN_SECRET, and start it again: nobody is signed out.')
      terminal.tell(
        'Several servers first get the same list with the new secret at its end, all of them, so that each can open what another seals.',
      )
    } else {
      const path = secretPath(dataPath(databaseFromEnvironment(environment)))
      if (!existsSync(path))
        throw misuse(
          'There is no secret to put a new one in front of.',
          'Give it in COUNTERSIGN_SECRET, or make the first: countersign secret new',
        )
      rotateSecretFile(path, systemRandom)
      terminal.print(`${path} begins with a new secret. Start the server again: nobody is signed out.`)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Failure(`The list is refused: ${error.message}.`, 'Make a good one with: countersign secret new')
  }
  terminal.tell('Ten minutes later what is sealed has moved under it. When the old one may go, tells: countersign secret check')
}

export function addSecret(program: Command, terminal: Terminal): void {
  const secret = program.command('secret').description('the master secret: make one, put a new one in front, see when an old one may go')
  withExamples(
    secret
      .command('new')
      .description('print a new master secret, for COUNTERSIGN_SECRET')
      .action(() => terminal.print(freshSecret())),
    'secret new',
  )
  withExamples(
    secret
      .command('rotate')
      .description('put a new secret in front: of COUNTERSIGN_SECRET, whose new value is printed, or in the file beside the database')
      .option('--database <place>', 'the database, as in COUNTERSIGN_DATABASE')
      .action((options: RotateOptions) => rotate(options, terminal)),
    'secret rotate',
  )
  withExamples(
    withDoor(secret.command('check').description('what hangs on which secret of the list, and which of them may leave it')).action(
      (options: CommonOptions) => check(options, terminal),
    ),
    'secret check',
    'secret check --json',
  )
  withExamples(
    withDoor(secret.command('reseal').description('move what is sealed under the newest secret now, once every server has it')).action(
      (options: CommonOptions) => reseal(options, terminal),
    ),
    'secret reseal',
  )
}
