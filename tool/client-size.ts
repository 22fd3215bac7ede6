// What a page that bundles the client downloads, about: the statements that it reaches, as a bundler keeps them, without comments and
// indentation, compressed. Names are not shortened, so a real bundle is smaller still.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readSource } from './source-text.ts'

const FROM = /^(?:import|export)\s*\{([^}]*)\}\s*from\s*'(\.[^']+)';?/gm
const DECLARED = /^(?:export )?(?:async )?(?:function\*?|class|const|let)\s+([\w$]+)/

interface Module {
  /** Where a name comes from that is imported or passed on. */
  readonly origins: ReadonlyMap<string, string>
  /** Top-level statements by the name that they declare; the emitted code begins each in the first column. */
  readonly declarations: ReadonlyMap<string, string>
}

const moduleOf = (file: string): Module => {
  const text = readSource(readFileSync(file, 'utf8')).withStrings
  const origins = new Map<string, string>()
  for (const match of text.matchAll(FROM)) {
    for (const name of (match[1] ?? '').split(',')) {
      if (name.includes(' as ')) throw new Error(`${file} renames an import, which is not followed here: ${name.trim()}`)
      origins.set(name.trim(), join(dirname(file), match[2] ?? ''))
    }
  }
  const statements = text.replace(FROM, '').split(/\n(?=[a-zA-Z])/)
  return { origins, declarations: new Map(statements.map((statement) => [DECLARED.exec(statement)?.[1] ?? statement, statement])) }
}

/** Compressed bytes of the named exports of a built module and all that they need. */
export const bundledBytes = (entry: string, exported: readonly string[]): number => {
  const modules = new Map<string, Module>()
  const kept = new Map<string, string>()
  const open = (file: string): Module => {
    const known = modules.get(file) ?? moduleOf(file)
    modules.set(file, known)
    return known
  }
  const keep = (file: string, name: string): void => {
    const { origins, declarations } = open(file)
    const origin = origins.get(name)
    if (origin !== undefined) return keep(origin, name)
    const statement = declarations.get(name)
    if (statement === undefined || kept.has(`${file} ${name}`)) return
    kept.set(`${file} ${name}`, statement)
    for (const [word] of statement.matchAll(/[\w$]+/g)) if (origins.has(word) || declarations.has(word)) keep(file, word)
  }
  for (const name of exported) keep(entry, name)
  if (kept.size === 0) throw new Error(`${entry} exports none of ${exported.join(', ')}`)
  return gzipSync([...kept.values()].join('\n').replace(/\s*\n\s*/g, '\n'), { level: 9 }).length
}
