import { builtPackages } from '../build.ts'
import { tool } from '../command.ts'
import type { Gate, Verdict } from './gate.ts'

const SHOWN_LINES = 80

const verdict = (code: number, output: string): Verdict => {
  if (code === 0) return { problems: [] }
  const lines = output.trim().split('\n')
  const rest = lines.length > SHOWN_LINES ? [`… and ${lines.length - SHOWN_LINES} more lines`] : []
  return { problems: [[...lines.slice(0, SHOWN_LINES), ...rest].join('\n')] }
}

export const typesGate: Gate = {
  name: 'types',
  why: 'Every file of the repository type-checks, tests and tools included.',
  async check(): Promise<Verdict> {
    const { code, output } = await tool('tsc', ['-p', 'tsconfig.json', '--noEmit'])
    return verdict(code, output)
  },
}

export const formatGate: Gate = {
  name: 'format',
  why: 'One way to lay out code, so that a change shows only what changed.',
  async check(): Promise<Verdict> {
    const { code, output } = await tool('biome', ['format', '.', '--colors=off', '--max-diagnostics=20'])
    return verdict(code, output)
  },
}

export const lintGate: Gate = {
  name: 'lint',
  why: 'A promise nobody awaits is a check nobody made; a switch that misses a case allows it.',
  async check(): Promise<Verdict> {
    const { code, output } = await tool('oxlint', ['--type-aware', '--format=unix'])
    return verdict(code, output)
  },
}

/** The paths that the two runs of knip look at are in knip.json. */
export const deadCodeGate: Gate = {
  name: 'dead code',
  why: 'Code and packages that nothing uses, with tests and without.',
  async check(): Promise<Verdict> {
    const runs = await Promise.all([
      tool('knip', ['--no-progress']),
      tool('knip', ['--no-progress', '--production', ...builtPackages.flatMap((path) => ['--workspace', path])]),
    ])
    return {
      problems: runs.filter(({ code }) => code !== 0).map(({ output }, i) => `${i === 0 ? '' : 'in production mode\n'}${output.trim()}`),
    }
  },
}
