import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { refusals } from 'countersign/core'
import { repository } from '../repository.ts'
import { filesOf, read } from '../tree.ts'
import type { Gate, Verdict } from './gate.ts'

export const pages = (): string[] => filesOf(['*.md', 'doc/**/*.md', 'packages/*/*.md', 'bench/*.md'])

/** As GitHub makes them: lower case, punctuation dropped, spaces to hyphens. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '')

const anchors = (page: string): Set<string> =>
  new Set([...withoutCode(read(page)).matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? '')))

const linkFindings = (page: string): string[] =>
  [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
    const target = match[1] ?? ''
    if (/^[a-z]+:/.test(target)) return []
    const [file = '', anchor] = target.split('#')
    const path = file === '' ? page : posix.join(posix.dirname(page), file)
    if (!existsSync(join(repository, path))) return [`${page} links to ${target}, which does not exist`]
    return anchor !== undefined && path.endsWith('.md') && !anchors(path).has(anchor) ? [`${page} links to ${target}: no such heading`] : []
  })

const commandFindings = (page: string): string[] => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const wanted = [...read(page).matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(start|test)\b)/g)].map((match) => match[1] ?? match[2] ?? '')
  return wanted
    .filter((name) => !Object.hasOwn(scripts, name))
    .map((name) => `${page} names npm run ${name}, which package.json does not have`)
}

/** The rows of doc/refusals.md: code, status, sentence. */
const refusalFindings = (): string[] => {
  const rows = new Map(
    [...read('doc/refusals.md').matchAll(/^\| `(\w+)` \| (\d{3}) \| ([^|]+) \|/gm)].map((match) => [
      match[1] ?? '',
      `${match[2] ?? ''} ${(match[3] ?? '').trim()}`,
    ]),
  )
  const findings: string[] = []
  for (const [code, row] of Object.entries(refusals)) {
    const wanted = `${row.status} ${row.public}`
    if (rows.get(code) === undefined) findings.push(`doc/refusals.md has no row for ${code}`)
    else if (rows.get(code) !== wanted) findings.push(`doc/refusals.md says of ${code}: ${rows.get(code) ?? ''}; the table says: ${wanted}`)
    rows.delete(code)
  }
  return [...findings, ...[...rows.keys()].map((code) => `doc/refusals.md lists ${code}, which no code refuses with`)]
}

/** `name` or `Class.method` is really declared in that file or folder. */
const declares = (text: string, name: string): boolean => {
  const [first = '', method] = name.split('.')
  if (!new RegExp(`^export (?:async )?(?:function|const|class|interface) ${first}\\b`, 'm').test(text)) return false
  return method === undefined || new RegExp(`^  (?:static )?(?:async )?${method}\\(`, 'm').test(text)
}

/** The list of doc/architecture.md that tells a stranger where each thing is. */
const placeFindings = (): string[] =>
  [...read('doc/architecture.md').matchAll(/^\| [^|]+ \| (?:`([\w.]+)`|[^|`]+) \| `(packages\/[^`]+)` \|$/gm)].flatMap((match) => {
    const [, name, place = ''] = match
    const files = filesOf([place, `${place}/**/*.{ts,tsx}`]).filter((path) => /\.tsx?$/.test(path))
    if (files.length === 0) return [`doc/architecture.md names ${place}, which does not exist`]
    if (name === undefined || files.some((path) => declares(read(path), name))) return []
    return [`doc/architecture.md says that ${name} is in ${place}: it is not`]
  })

/** The variables that the server reads, and those that doc/guide/operate.md explains. */
const variableFindings = (): string[] => {
  const page = read('doc/guide/operate.md')
  const settings = new Set(
    [
      ...filesOf(['packages/server/src/server/config*.ts'])
        .map(read)
        .join('\n')
        .matchAll(/variable: '(\w+)'/g),
    ].map((match) => match[1] ?? ''),
  )
  const explained = new Set(
    [...page.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap((row) =>
      [...(row[1] ?? '').matchAll(/`([A-Z][A-Z\d_]*)`/g)].map((match) => match[1] ?? ''),
    ),
  )
  const others = ['NODE_ENV', 'COUNTERSIGN_URL', 'COUNTERSIGN_TOKEN']
  return [
    ...[...settings].filter((name) => !explained.has(name)).map((name) => `doc/guide/operate.md does not explain ${name}`),
    ...[...explained]
      .filter((name) => !settings.has(name) && !others.includes(name))
      .map((name) => `doc/guide/operate.md explains ${name}, which nothing reads`),
  ]
}

export const textGate: Gate = {
  name: 'pages',
  why: 'Links resolve, commands exist, the table of refusals is the one in the code.',
  check: (): Promise<Verdict> => {
    const all = pages()
    return Promise.resolve({
      problems: [
        ...all.flatMap(linkFindings),
        ...all.flatMap(commandFindings),
        ...refusalFindings(),
        ...placeFindings(),
        ...variableFindings(),
      ],
      note: `${all.length} pages`,
    })
  },
}
