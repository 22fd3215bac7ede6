// What a page that bundles the client downloads, about: the modules it reaches, without comments and indentation, compressed. Names are
// not shortened, so a real bundle is smaller.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readSource } from './source-text.ts'

const FROM = /\b(?:import|export)\s+(?:\{([^}]*)\}\s*from\s*)?'(\.[^']+)'/g

interface Reference {
  readonly names: readonly string[]
  readonly path: string
}

const referencesOf = (file: string, text: string): Reference[] =>
  [...text.matchAll(FROM)].map((match) => ({
    names: (match[1] ?? '').split(',').map((name) => name.trim().split(' ')[0] ?? ''),
    path: join(dirname(file), match[2] ?? ''),
  }))

/** A door only passes on what others export: of that, a bundler takes what is asked for. */
const isDoor = (text: string): boolean => text.replace(FROM, '').replace(/[;\s]/g, '') === ''

const collect = (file: string, wanted: readonly string[], seen: Map<string, string>): void => {
  if (seen.has(file)) return
  const text = readSource(readFileSync(file, 'utf8')).withStrings
  const references = referencesOf(file, text)
  if (isDoor(text) && wanted.length > 0) {
    for (const { names, path } of references) {
      const passedOn = names.filter((name) => wanted.includes(name))
      if (passedOn.length > 0) collect(path, passedOn, seen)
    }
    return
  }
  seen.set(file, text)
  for (const { names, path } of references) collect(path, isDoor(text) ? [] : names, seen)
}

/** Compressed bytes of an entry of a built package and all that it reaches. */
export const bundledBytes = (entry: string): number => {
  const seen = new Map<string, string>()
  collect(entry, [], seen)
  return gzipSync([...seen.values()].join('\n').replace(/\s*\n\s*/g, '\n'), { level: 9 }).length
}
