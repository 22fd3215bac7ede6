import { checkImports } from '../check-imports.ts'
import { checkPlatform } from '../check-platform.ts'
import { sources } from '../tree.ts'
import type { Gate, Verdict } from './gate.ts'

const LONGEST = 400

export const importsGate: Gate = {
  name: 'imports',
  why: 'Imports point one way, as tool/import-table.ts says.',
  check: () => {
    const files = sources()
    return Promise.resolve({ problems: checkImports(files), note: `${files.length} files` })
  },
}

export const sizeGate: Gate = {
  name: 'size',
  why: `A file is read in one sitting: at most ${LONGEST} lines, tests apart.`,
  check: () => {
    const lengths = sources()
      .filter(({ path }) => !path.endsWith('.test.ts'))
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .sort((a, b) => a.lines - b.lines)
    const long = lengths.filter(({ lines }) => lines > LONGEST)
    const median = lengths[Math.floor(lengths.length / 2)]?.lines ?? 0
    return Promise.resolve({
      problems: long.map(({ path, lines }) => `${path} has ${lines} lines`),
      note: `median ${median}, longest ${lengths.at(-1)?.lines ?? 0} lines`,
    })
  },
}

interface Exception {
  readonly path: RegExp
  readonly why: string
}

/** Where the real clock, the real generator or the real network may be touched, and why. */
const exceptions: readonly Exception[] = [
  { path: /^packages\/countersign\/src\/core\/platform\.ts$/, why: 'the door through which they enter' },
  { path: /^packages\/console\/src\/kit\/clock\.ts$/, why: 'the door of the console, which imports nothing of ours' },
  { path: /^packages\/console\/src\/api\/network\.ts$/, why: 'the network of the console, which tests replace' },
]

export const platformGate: Gate = {
  name: 'platform',
  why: 'Time, chance and network enter through core/platform.ts only, so that tests own them.',
  check: (): Promise<Verdict> => {
    const product = sources().filter(
      ({ path }) => path.startsWith('packages/') && !path.endsWith('.test.ts') && !path.includes('/contract/'),
    )
    const watched = product.filter(({ path }) => !exceptions.some((exception) => exception.path.test(path)))
    return Promise.resolve({ problems: watched.flatMap(checkPlatform) })
  },
}
