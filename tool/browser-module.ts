import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { repository } from './repository.ts'

/** A module of the library, by its path below `src`. */
const modulePath = /^(?:\/[a-z0-9-]+)+\.ts$/
const texts = new Map<string, string>()

/** A module of the library as a browser runs it, without its types. @returns `undefined` where there is none. */
export async function browserModule(path: string): Promise<string | undefined> {
  const known = texts.get(path)
  if (known !== undefined || !modulePath.test(path)) return known
  try {
    const text = stripTypeScriptTypes(await readFile(join(repository, 'packages/countersign/src', path), 'utf8'))
    texts.set(path, text)
    return text
  } catch {
    return undefined
  }
}
