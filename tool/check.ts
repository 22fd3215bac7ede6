// `npm run check [-- --only <gate>]`: everything that must hold before a change is merged, apart from the tests. One line a gate.

import { parseArgs } from 'node:util'
import { deadCodeGate, formatGate, lintGate, typesGate } from './gate/compiler.ts'
import type { Gate, Verdict } from './gate/gate.ts'
import { manifestGate } from './gate/manifest.ts'
import { packageGate } from './gate/package.ts'
import { snippetGate } from './gate/snippet.ts'
import { importsGate, platformGate, sizeGate } from './gate/source.ts'
import { textGate } from './gate/text.ts'

const gates: readonly Gate[] = [
  typesGate,
  formatGate,
  lintGate,
  importsGate,
  sizeGate,
  platformGate,
  deadCodeGate,
  manifestGate,
  textGate,
  snippetGate,
  packageGate,
]

const attempt = async (gate: Gate): Promise<Verdict> => {
  try {
    return await gate.check()
  } catch (error) {
    return { problems: [`the gate itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`] }
  }
}

const run = async (gate: Gate): Promise<boolean> => {
  const begun = performance.now()
  const { problems, note } = await attempt(gate)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5)
  console.log(`${problems.length === 0 ? '✔' : '✖'} ${gate.name.padEnd(10)} ${seconds} s${note === undefined ? '' : `   ${note}`}`)
  for (const problem of problems) console.log(problem.replace(/^/gm, '    '))
  return problems.length === 0
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, list: { type: 'boolean' } } })
const chosen = values.only === undefined ? gates : gates.filter(({ name }) => values.only?.includes(name))

if (values.list === true) {
  for (const { name, why } of gates) console.log(`${name.padEnd(10)} ${why}`)
} else if (chosen.length === 0) {
  console.error(`No gate has that name. There are: ${gates.map(({ name }) => name).join(', ')}`)
  process.exitCode = 1
} else {
  let failed = 0
  for (const gate of chosen) if (!(await run(gate))) failed++
  console.log(`gates ${chosen.length}, passed ${chosen.length - failed}, failed ${failed}`)
  process.exitCode = failed === 0 ? 0 : 1
}
