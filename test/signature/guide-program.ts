import { execFile, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inherited } from '../cli/cli-process.ts'
import type { IssuedKey } from './signed-world.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** Where the guides call to. */
const EXAMPLE = 'https://api.example.com'

/** What stands in a guide in one language, in order. */
export function blocksOf(guide: string, language: string): readonly string[] {
  const text = readFileSync(join(root, 'doc/guide', guide), 'utf8')
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block)
}

/** The same, calling to somebody else. */
export const calling = (block: string, origin: string): string =>
  block
    .replaceAll(EXAMPLE, origin)
    .replaceAll('http://api.example.com', origin)
    .replaceAll('Host: api.example.com', `Host: ${new URL(origin).host}`)

/** The same, but everything asks for the one path, without a query. */
export const askingFor = (block: string, path: string): string =>
  block.replaceAll(/(https:\/\/api\.example\.com)\/[^\s'"`)]*/g, `$1${path}`).replaceAll(/path: '[^']*'/g, `path: '${path}'`)

export interface Program {
  readonly command: string
  readonly args: readonly string[]
}

export interface Outcome {
  readonly code: number | null
  readonly output: string
}

/** A folder in which what a guide shows can be run as a reader would run it: with `countersign` on the path, and the packages installed. */
export class GuideFolder implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'cs-guide-'))
  readonly #environment: Readonly<Record<string, string>>

  constructor({ id, secret }: IssuedKey) {
    mkdirSync(join(this.folder, 'bin'))
    const command = join(this.folder, 'bin', 'countersign')
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' --conditions=source '${root}packages/server/src/cli/main.ts' "$@"\n`)
    chmodSync(command, 0o755)
    writeFileSync(join(this.folder, 'order.json'), '{"order": 7}')
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'))
    this.#environment = {
      ...inherited,
      PATH: `${join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: this.folder,
      COUNTERSIGN_KEY_ID: id,
      COUNTERSIGN_KEY_SECRET: secret,
    }
  }

  /** Writes a text into the folder and runs a program on it. */
  async run(name: string, text: string, { command, args }: Program): Promise<Outcome> {
    writeFileSync(join(this.folder, name), text)
    const child = spawn(command, [...args, name], { cwd: this.folder, env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk
      })
    }
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve({ code, output }))
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const node: Program = { command: process.execPath, args: ['--conditions=source'] }
export const shell: Program = { command: 'sh', args: ['-eu'] }

/** Whether a program can be started with these words. */
export async function works(command: string, ...args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args)
    return true
  } catch {
    return false
  }
}
