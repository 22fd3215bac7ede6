// `npm run check:rows`: the rows of doc/mission.md that no test names. A row works when a test whose title carries its id drives it
// through a public door; this finds the ids, the reviewer judges the tests. It reports and does not fail.

import { filesOf, read } from './tree.ts'

interface Row {
  readonly id: string
  readonly text: string
}

const rows: readonly Row[] = [...read('doc/mission.md').matchAll(/^\| ([A-Z]\d{2})\+? \| (.+?) \|$/gm)].map((match) => ({
  id: match[1] ?? '',
  text: match[2] ?? '',
}))

/** Ids in titles: `[B06] …`, `[B06][I08] …`, `[B06, B11] …`. */
const named = new Set(
  filesOf(['packages/*/src/**/*.ts', 'test/**/*.ts', 'packages/*/test/**/*.ts'])
    .filter((path) => path.endsWith('.test.ts') || path.includes('/contract/') || path.startsWith('test/'))
    .flatMap((path) => [...read(path).matchAll(/\[([A-Z]\d{2}(?:[, ]+[A-Z]\d{2})*)\]/g)])
    .flatMap((match) => (match[1] ?? '').split(/[, ]+/)),
)

const missing = rows.filter(({ id }) => !named.has(id))
for (const { id, text } of missing) console.log(`${id}  ${text.length > 110 ? `${text.slice(0, 109)}…` : text}`)
console.log(`rows ${rows.length}, with a test ${rows.length - missing.length}, without ${missing.length}`)
