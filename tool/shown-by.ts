// Tables of the documents that say which test shows a thing (doc/openid-conformance.md, doc/asvs.md). Without this a table goes on promising
// what a test of another title, or none, once showed. A cell names a file in backticks, a colon, and words of titles, with `;` between
// several and `…` for what a title computes: `code.test.ts`: a code is good once; used twice, what it gave dies.

import { readSource } from './source-text.ts'
import { filesOf, read } from './tree.ts'

/** A row of a table: its cells, trimmed. */
export type Row = readonly string[]

/** The rows of all tables of a document, without their heads. */
export const rowsOf = (document: string): readonly Row[] => {
  const lines = document.split('\n')
  const isHead = (at: number): boolean => /^\|[\s:|-]+\|$/.test(lines[at] ?? '') || /^\|[\s:|-]+\|$/.test(lines[at + 1] ?? '')
  return lines
    .map((line, at) => (line.startsWith('|') && !isHead(at) ? line : ''))
    .filter((line) => line !== '')
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(' | ')
        .map((cell) => cell.trim()),
    )
}

/** What stands in backticks. */
export const namesIn = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')

interface Reference {
  readonly file: string
  readonly titles: readonly string[]
}

const referencesIn = (cell: string): readonly Reference[] =>
  [...cell.matchAll(/`([\w./-]+\.ts)`(?::([^`]*))?/g)].map(([, file = '', titles = '']) => ({
    file,
    titles: titles
      .split(/;\s/)
      .map((title) => title.replace(/[;\s]+$/, '').trim())
      .filter((title) => title !== ''),
  }))

/** All of them, once: a document may name a file without its folder if there is one of that name. */
const sourceFiles = filesOf(['packages/*/src/**/*.ts', 'test/**/*.ts'])

const placesOf = (file: string, folder: string): readonly string[] => {
  const exact = sourceFiles.filter((path) => path === file || path === `${folder}/${file}`)
  return exact.length > 0 ? exact : sourceFiles.filter((path) => path.endsWith(`/${file}`))
}

const stringsOfFiles = new Map<string, readonly string[]>()

/** The strings of a source file; a template is several. */
const stringsOf = (path: string): readonly string[] => {
  const known = stringsOfFiles.get(path)
  if (known !== undefined) return known
  const { withStrings, code } = readSource(read(path))
  const onlyStrings = withStrings
    .split('')
    .map((char, at) => (code[at] === ' ' ? char : '\n'))
    .join('')
  const strings = onlyStrings.split(/\n+/)
  stringsOfFiles.set(path, strings)
  return strings
}

/** Whether a test of that file says so: the parts between ellipses stand in its strings, each in one of them. */
const says = (path: string, title: string): boolean =>
  title
    .split('…')
    .map((part) => part.trim())
    .every((part) => stringsOf(path).some((string) => string.includes(part)))

/** What a cell names that is not there. `folder` is where files without a path are. */
export const missingIn = (cell: string, folder: string): readonly string[] =>
  referencesIn(cell).flatMap(({ file, titles }) => {
    const [path, ...others] = placesOf(file, folder)
    if (path === undefined) return [`there is no ${file}`]
    if (others.length > 0) return [`${file} could be ${[path, ...others].join(' or ')}`]
    return titles.filter((title) => !says(path, title)).map((title) => `${path} has no test that says "${title}"`)
  })

/** Whether a cell names at least one test by its words. */
export const namesTest = (cell: string): boolean => referencesIn(cell).some(({ titles }) => titles.length > 0)
