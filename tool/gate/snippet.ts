import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { script, tool } from '../command.ts'
import { repository } from '../repository.ts'
import { lineOf } from '../source-text.ts'
import { read } from '../tree.ts'
import type { Gate, Verdict } from './gate.ts'
import { pages } from './text.ts'

interface Snippet {
  readonly file: string
  /** Page and line, for messages. */
  readonly origin: string
  readonly run: boolean
  /** The file of the repository that the snippet claims to be. */
  readonly copyOf: string | undefined
  readonly text: string
}

/** Inside the repository, so that package names resolve as they do for a reader who has installed them. */
const FOLDER = '.cache/snippet'

const snippetsOf = (page: string): Snippet[] => {
  const text = read(page)
  return [...text.matchAll(/^```ts(?: ([^\n]+))?\n([\s\S]*?)^```/gm)].map((match, i) => ({
    file: `${page.replace(/\.md$/, '').replaceAll('/', '-')}-${i + 1}.ts`,
    origin: `${page}:${lineOf(text, match.index)}`,
    run: match[1] === 'run',
    copyOf: match[1] === 'run' ? undefined : match[1],
    text: match[2] ?? '',
  }))
}

const write = (snippets: readonly Snippet[]): void => {
  const folder = join(repository, FOLDER)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const snippet of snippets) writeFileSync(join(folder, snippet.file), `${snippet.text}\nexport {}\n`)
  const options = {
    noEmit: true,
    declaration: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
    lib: ['es2024', 'dom', 'dom.iterable'],
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions: options, include: ['*.ts'] }),
  )
}

const named = (output: string, snippets: readonly Snippet[]): string =>
  snippets
    .reduce((text, { file, origin }) => text.replaceAll(`${FOLDER}/${file}`, `${origin} + `).replaceAll(file, `${origin} + `), output)
    .trim()

const copyFindings = ({ copyOf, text, origin }: Snippet): string[] =>
  copyOf === undefined || read(copyOf) === text ? [] : [`${origin} differs from ${copyOf}`]

const runFindings = async (snippet: Snippet): Promise<string[]> => {
  const { code, output } = await script(join(FOLDER, snippet.file))
  return code === 0 ? [] : [`${snippet.origin} does not run:\n${output.trim()}`]
}

export const snippetGate: Gate = {
  name: 'snippets',
  why: 'Every TypeScript snippet of the pages type-checks against the sources; those marked `ts run` run.',
  async check(): Promise<Verdict> {
    const snippets = pages().flatMap(snippetsOf)
    write(snippets)
    const { code, output } = await tool('tsc', ['-p', `${FOLDER}/tsconfig.json`])
    if (code !== 0) return { problems: [named(output, snippets)] }
    const runnable = snippets.filter(({ run }) => run)
    const problems = [...snippets.flatMap(copyFindings), ...(await Promise.all(runnable.map(runFindings))).flat()]
    return { problems, note: `${snippets.length} checked, ${runnable.length} run` }
  },
}
