// Imports point one way. Without this check the table in `doc/architecture.md` would be a wish: one convenient import of a driver in a
// domain folder, and the domain cannot be read, tested or moved alone any more.

import { posix } from 'node:path'
import { areas, bannedNames, type Area, type Row, testPackages } from './import-table.ts'
import { lineOf, readSource } from './source-text.ts'

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

interface Import {
  readonly specifier: string
  readonly line: number
}

const STATIC = /\b(?:import|export)\b(?:\s+type\b)?\s*(?:[\w$*\s{},]*?\bfrom\s*)?(['"])([^'"\n]+)\1/g
const DYNAMIC = /\bimport\s*\(\s*([^)]*)\)/g
const LITERAL = /^(['"`])([^'"`$]+)\1\s*,?$/

const importsOf = (file: SourceFile): { imports: Import[]; computed: number[] } => {
  const { withStrings, code } = readSource(file.text)
  const imports: Import[] = []
  const computed: number[] = []
  for (const match of withStrings.matchAll(STATIC)) {
    // The keyword must be code: a string may contain the words of an import.
    if (/^(?:import|export)/.test(code.slice(match.index)))
      imports.push({ specifier: match[2] ?? '', line: lineOf(file.text, match.index) })
  }
  for (const match of withStrings.matchAll(DYNAMIC)) {
    if (!code.startsWith('import', match.index) || withStrings[match.index - 1] === '.') continue
    const literal = LITERAL.exec((match[1] ?? '').trim())
    const line = lineOf(file.text, match.index)
    if (literal === null) computed.push(line)
    else imports.push({ specifier: literal[2] ?? '', line })
  }
  return { imports, computed }
}

const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.includes('/contract/')

const allowsPackage = (allowed: readonly string[], specifier: string): boolean =>
  allowed.some((name) => name === '*' || name === specifier || ((name.endsWith('/') || name.endsWith(':')) && specifier.startsWith(name)))

const areaOf = (path: string): Area | undefined => areas.find((area) => area.path === '.' || path.startsWith(`${area.path}/`))

/** The first folder below the area, or undefined for a file that stands beside the folders. */
const folderOf = (area: Area, path: string): string | undefined => {
  const inside = area.path === '.' ? path : path.slice(area.path.length + 1)
  return inside.includes('/') ? inside.slice(0, inside.indexOf('/')) : undefined
}

const relativeFinding = (
  area: Area,
  folder: string | undefined,
  allowed: readonly string[],
  file: SourceFile,
  wanted: Import,
): string | undefined => {
  const target = posix.normalize(posix.join(posix.dirname(file.path), wanted.specifier))
  const targetArea = areaOf(target)
  const here = folder ?? 'its root'
  if (targetArea !== area) {
    const outside = targetArea?.path.split('/')[0] ?? ''
    return area.path === '.' && allowed.includes(outside) ? undefined : `leaves its package: ${wanted.specifier}`
  }
  const targetFolder = folderOf(area, target)
  if (targetFolder === folder) return undefined
  if (targetFolder === undefined)
    return allowed.includes('index.ts') ? undefined : `${here} may not import the composition: ${wanted.specifier}`
  if (isTest(file.path) && area.path !== '.') return undefined
  return allowed.includes(targetFolder) ? undefined : `${here} may not import ${targetFolder}: ${wanted.specifier}`
}

const findingFor = (
  area: Area,
  folder: string | undefined,
  row: Omit<Row, 'holds'>,
  file: SourceFile,
  wanted: Import,
): string | undefined => {
  if (wanted.specifier.startsWith('.')) {
    if (!/\.(tsx?|mjs|json|css)$/.test(wanted.specifier)) return `a relative import names its file with the ending: ${wanted.specifier}`
    return relativeFinding(area, folder, row.folders, file, wanted)
  }
  const packages = isTest(file.path) ? [...row.packages, ...testPackages] : row.packages
  return allowsPackage(packages, wanted.specifier) ? undefined : `${folder ?? 'its root'} may not import the package ${wanted.specifier}`
}

const nameFinding = (path: string): string | undefined => {
  const parts = path.split('/').map((part) => part.replace(/\..*$/, ''))
  const banned = parts.find((part) => bannedNames.includes(part))
  return banned === undefined ? undefined : `is named after nothing: ${banned}`
}

const findingsOf = (file: SourceFile): string[] => {
  const named = nameFinding(file.path)
  const findings = named === undefined ? [] : [`${file.path} ${named}`]
  const area = areaOf(file.path)
  if (area === undefined) return findings
  const folder = folderOf(area, file.path)
  const row = folder === undefined ? area.composition : Object.hasOwn(area.rows, folder) ? area.rows[folder] : undefined
  if (row === undefined) return [...findings, `${file.path} stands in a folder without a row in tool/import-table.ts: ${folder ?? ''}`]
  const { imports, computed } = importsOf(file)
  for (const wanted of imports) {
    const finding = findingFor(area, folder, row, file, wanted)
    if (finding !== undefined) findings.push(`${file.path}:${wanted.line} ${finding}`)
  }
  // Tests and tools may load what they were told to; the product imports only what can be read here.
  if (area.path !== '.' && !isTest(file.path)) findings.push(...computed.map((line) => `${file.path}:${line} imports a computed name`))
  return findings
}

/** Every import that the table does not allow, one sentence each. */
export const checkImports = (files: readonly SourceFile[]): string[] => files.flatMap(findingsOf)
