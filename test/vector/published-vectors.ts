import { existsSync, readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'

/** The published vectors lie beside the repository, not in it: they are others' work, and large. */
const folder = new URL('../../../shared/vectors/', import.meta.url)

/** Whether the vectors are here. In continuous integration they must be; elsewhere their absence is said, and is no failure. */
export function hasVectors(context: TestContext): boolean {
  if (existsSync(folder)) return true
  if (process.env['CI']) throw new Error('the published vectors are not here, and continuous integration must run them')
  context.diagnostic('the published vectors are not here')
  return false
}

/** One file of vectors. The caller names the form that the file's README describes. */
export function vectors<Form>(path: string): Form {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as Form
}
