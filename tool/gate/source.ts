import { checkImports } from '../check-imports.ts'
import { lineOf, readSource } from '../source-text.ts'
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

/** Time, chance and the network taken from the air: a test could not hold them. */
const bare =
  /(?<![.\w$])(?:Date\.now|new Date|Math\.random|(?:globalThis\.)?(?:fetch|setTimeout|setInterval)|crypto\.randomUUID|randomBytes)\s*\(/g

interface Exception {
  readonly path: RegExp
  readonly why: string
}

/** Where the real clock, the real generator or the real network may be touched, and why. */
const exceptions: readonly Exception[] = [
  { path: /^packages\/countersign\/src\/core\/platform\.ts$/, why: 'the door through which they enter' },
]

/** `new Date(x)` formats a moment that somebody else has read. */
const harmless = (match: string, code: string, index: number): boolean =>
  match.startsWith('new Date') && !/^new Date\s*\(\s*\)/.test(code.slice(index))

const findings = (path: string, text: string): string[] => {
  const { code } = readSource(text)
  return [...code.matchAll(bare)]
    .filter((match) => !harmless(match[0], code, match.index))
    .map((match) => `${path}:${lineOf(text, match.index)} takes ${match[0]}) from the air: it comes in through Platform`)
}

export const platformGate: Gate = {
  name: 'platform',
  why: 'Time, chance and network enter through core/platform.ts only, so that tests own them.',
  check: (): Promise<Verdict> => {
    const product = sources().filter(
      ({ path }) => path.startsWith('packages/') && !path.endsWith('.test.ts') && !path.includes('/contract/'),
    )
    const watched = product.filter(({ path }) => !exceptions.some((exception) => exception.path.test(path)))
    return Promise.resolve({ problems: watched.flatMap(({ path, text }) => findings(path, text)) })
  },
}
