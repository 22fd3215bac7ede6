// `npm test [-- [folders, files or globs] [flags of node --test]]`.
//
// Node's runner ends with success when no file matched at all, prints every passing title, and takes flags only before the globs.
// This puts them in order, keeps the output short where nobody watches, and fails when nothing ran.

import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { repository } from './repository.ts'

const EVERYTHING = ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts']

/** What stands between `--` and the files: `--flag`, `--flag=value`, or `--flag value` for the few that need one. */
const takesValue =
  /^--(test-name-pattern|test-skip-pattern|test-shard|test-concurrency|test-timeout|test-reporter|test-reporter-destination)$/

const split = (args: readonly string[]): { flags: string[]; places: string[] } => {
  const flags: string[] = []
  const places: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (!arg.startsWith('-')) {
      places.push(arg)
      continue
    }
    flags.push(arg)
    if (takesValue.test(arg) && args[i + 1] !== undefined) flags.push(args[++i] ?? '')
  }
  return { flags, places }
}

const globsFor = (place: string): string[] => {
  if (!existsSync(join(repository, place))) return [place]
  return statSync(join(repository, place)).isDirectory() ? [`${place.replace(/\/+$/, '')}/**/*.test.ts`] : [place]
}

const countOf = (file: string): number => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0)

const { flags, places } = split(process.argv.slice(2))
const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'))
const countFile = join(folder, 'count')
// What one test lays out and others copy; services run as another user, who has to get there.
const sharedFolder = join(folder, 'laid-out')
mkdirSync(sharedFolder)
chmodSync(sharedFolder, 0o711)
chmodSync(folder, 0o711)
const reporter = process.stdout.isTTY ? 'spec' : './tool/report-briefly.ts'
const chosen = flags.some((flag) => flag.startsWith('--test-reporter'))
const child = spawn(
  process.execPath,
  [
    '--conditions=source',
    '--test',
    // One more than there are processors: much of what tests do is waiting for servers and databases.
    `--test-concurrency=${availableParallelism() + 1}`,
    // So that a hang ends. Many times what the longest test takes: on a machine that does other things too, all take longer.
    '--test-timeout=300000',
    ...(chosen ? [] : [`--test-reporter=${reporter}`, '--test-reporter-destination=stdout']),
    ...(chosen ? [] : ['--test-reporter=./tool/report-count.ts', `--test-reporter-destination=${countFile}`]),
    ...flags,
    ...(places.length > 0 ? places.flatMap(globsFor) : EVERYTHING),
  ],
  { cwd: repository, stdio: 'inherit', env: { ...process.env, TEST_RUN_FOLDER: sharedFolder } },
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => {
  const count = chosen ? 1 : countOf(countFile)
  rmSync(folder, { recursive: true, force: true })
  if (code === 0 && count === 0) console.error('No test ran: that is a failure.')
  process.exitCode = count === 0 ? 1 : (code ?? 1)
})
