import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Asset } from '../site.ts'

/** A file of the console. Its name holds a hash of its content. */
export class ConsoleFile implements Asset {
  readonly bytes: Uint8Array
  readonly type: string
  #gzip: Uint8Array | undefined

  constructor(bytes: Uint8Array, type: string) {
    this.bytes = bytes
    this.type = type
  }

  /** The same compressed: made when it is first asked for. */
  get gzip(): Uint8Array {
    return (this.#gzip ??= gzipSync(this.bytes))
  }
}

/** The console as it was built. */
export interface ConsoleFiles {
  /** Names of the script that starts it, and of the style sheets that it needs at once. */
  readonly script: string
  readonly styleSheets: readonly string[]
  readonly files: ReadonlyMap<string, ConsoleFile>
}

/** Beside the code in the repository and in the published package alike. */
const FOLDER = join(import.meta.dirname, '../../../../asset/console')
const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

interface Chunk {
  readonly file: string
  readonly css?: readonly string[]
  readonly isEntry?: boolean
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** What Vite has written into `asset/console`; undefined where nobody has built the console. @throws {Error} for half a build. */
export function readConsoleFiles(folder: string = FOLDER): ConsoleFiles | undefined {
  const manifest = join(folder, '.vite/manifest.json')
  if (!existsSync(manifest)) return undefined
  // Written by Vite, of our own sources.
  const chunks = Object.values(JSON.parse(readFileSync(manifest, 'utf8')) as Readonly<Record<string, Chunk>>)
  const entry = chunks.find(({ isEntry }) => isEntry === true)
  if (entry === undefined) throw new Error(`${manifest} names no entry: build the console again (npm run build)`)
  const files = new Map(readdirSync(join(folder, 'file')).map((name) => [name, consoleFile(join(folder, 'file', name))]))
  return { script: nameOf(entry.file), styleSheets: (entry.css ?? []).map(nameOf), files }
}

function consoleFile(path: string): ConsoleFile {
  const type = types[path.slice(path.lastIndexOf('.') + 1)]
  if (type === undefined) throw new Error(`${path} is of no kind that the console has`)
  return new ConsoleFile(readFileSync(path), type)
}
