import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { call, type Door } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { Failure, misuse } from '../failure.ts'
import { printResult } from '../table.ts'
import type { Input, Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

interface ImportOptions extends CommonOptions {
  readonly dryRun: boolean
}

interface BadLine {
  readonly line: number
  readonly problem: string
}

interface Report {
  readonly imported: number
  readonly bad: readonly BadLine[]
}

/** Refusals that are about one line. After any other one the rest would fare no better. */
const aboutTheLine: ReadonlySet<string | undefined> = new Set(['request_invalid', 'email_taken'])

/** What is in the line. @throws {Failure} when that is no object. */
function recordOf(line: string): Readonly<Record<string, unknown>> {
  const refuse = (): never => {
    throw new Failure('This is no JSON object.', undefined, 1, 'request_invalid')
  }
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : refuse()
  } catch {
    return refuse()
  }
}

/** The lines are sent one after the other, as they are read: a file may be of any size. */
async function importLines(lines: AsyncIterable<string>, door: Door, { dryRun }: ImportOptions, terminal: Terminal): Promise<Report> {
  const bad: BadLine[] = []
  const seen = new Set<string>()
  let [line, imported] = [0, 0]
  for await (const text of lines) {
    line++
    if (text.trim() === '') continue
    try {
      const record = recordOf(text)
      if (dryRun) refuseRepeated(record['email'], seen)
      await call(door, 'POST', '/v1/users', dryRun ? { ...record, dry_run: true } : record)
      imported++
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (!aboutTheLine.has(error.code)) throw new Failure(`Stopped at line ${line}: ${error.message}`, error.hint)
      bad.push({ line, problem: error.message })
      terminal.tell(`line ${line}: ${error.message}`)
    }
  }
  return { imported, bad }
}

/** What the second line of an address would meet, if the first had been imported. */
function refuseRepeated(email: unknown, seen: Set<string>): void {
  const key = String(email).trim().toLowerCase()
  if (seen.has(key)) throw new Failure('An earlier line has this e-mail address.', undefined, 1, 'email_taken')
  seen.add(key)
}

function open(file: string, { stdin }: Terminal): Promise<Input> {
  if (file === '-') return Promise.resolve(stdin)
  const stream = createReadStream(file)
  return new Promise((resolve, reject) => {
    stream.once('open', () => resolve(stream))
    stream.once('error', () => reject(misuse(`${file} cannot be read.`)))
  })
}

async function importUsers(file: string, options: ImportOptions, terminal: Terminal): Promise<void> {
  const input = await open(file, terminal)
  const { imported, bad } = await throughDoor(options, terminal, (door) =>
    importLines(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), door, options, terminal),
  )
  const done = options.dryRun ? `${imported} accounts can be imported.` : `Imported ${imported} accounts.`
  printResult(terminal, options, { imported, dry_run: options.dryRun, bad }, done)
  if (bad.length > 0) throw new Failure(`${bad.length} lines were refused.`, 'Correct them and import them again; the others stay.')
}

export function addImportUsers(users: Command, terminal: Terminal): void {
  withExamples(
    withDoor(users.command('import <file>').description('take accounts over with the password hashes they have elsewhere'))
      .option('--dry-run', 'say what would be refused and import nothing', false)
      .addHelpText(
        'after',
        '\nOne JSON object a line: {"email":…,"password_hash":…,"name":…,"roles":[…]}, the last two as wanted. - reads standard input.',
      )
      .action((file: string, options: ImportOptions) => importUsers(file, options, terminal)),
    'users import people.ndjson --dry-run',
    'users import - --json < people.ndjson',
  )
}
