import { existsSync, readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'

/** The lists of requirements lie beside the repository, not in it: they are others' work. */
const folder = new URL('../../../shared/', import.meta.url)

/** Whether the lists are here. In continuous integration they must be; elsewhere their absence is said, and is no failure. */
export function hasStandards(context: TestContext): boolean {
  if (existsSync(folder)) return true
  if (process.env['CI']) throw new Error('the published requirements are not here, and continuous integration must compare them')
  context.diagnostic('the published requirements are not here')
  return false
}

/** One list, as records by the names of its columns (RFC 4180). */
export function requirements<Column extends string>(path: string): readonly Readonly<Record<Column, string>>[] {
  const [head = [], ...rows] = recordsOf(readFileSync(new URL(path, folder), 'utf8'))
  return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? ''])) as Record<Column, string>)
}

function recordsOf(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/(?:(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,|(?=\r?\n|$)))+\r?\n?/g)]
    .map(([line]) => line.replace(/\r?\n$/, ''))
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain),
    )
}
