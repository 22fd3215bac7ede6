import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceFile } from './check-imports.ts'
import { repository } from './repository.ts'

const left = /(^|\/)(node_modules|dist)(\/|$)/

/** The files that match, as paths from the root with forward slashes, in order. */
export const filesOf = (patterns: readonly string[]): string[] =>
  globSync([...patterns], { cwd: repository, exclude: (path: string) => left.test(path.replaceAll('\\', '/')) })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !left.test(path))
    .sort()

export const read = (path: string): string => readFileSync(join(repository, path), 'utf8')

/** Every hand-written TypeScript file of the repository. */
export const sources = (): SourceFile[] =>
  filesOf(['packages/*/src/**/*.{ts,tsx}', 'test/**/*.ts', 'tool/**/*.{ts,mjs}', 'example/**/*.ts', 'bench/**/*.ts']).map((path) => ({
    path,
    text: read(path),
  }))
