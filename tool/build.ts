// `npm run build`: emits each package file by file, JavaScript and declarations, into its `dist`. The library first: the server's
// declarations are checked against the library as its users get it, not against its sources.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { tool } from './command.ts'
import { repository } from './repository.ts'

export const builtPackages: readonly string[] = ['packages/countersign', 'packages/server']

/** @throws {Error} with what the compiler says. */
export const build = async (): Promise<void> => {
  for (const path of builtPackages) {
    rmSync(join(repository, path, 'dist'), { recursive: true, force: true })
    const { code, output } = await tool('tsc', ['-p', `${path}/tsconfig.build.json`])
    if (code !== 0) throw new Error(`${path} does not build:\n${output.trim()}`)
  }
}

if (import.meta.main) {
  await build()
  console.log(`built ${builtPackages.map((path) => `${path}/dist`).join(', ')}`)
}
