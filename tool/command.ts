import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { repository } from './repository.ts'

export interface Outcome {
  readonly code: number
  readonly output: string
  readonly stdout: string
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a program to its end, without a shell, and keeps what it wrote. A program that cannot be started counts as failed. */
export const command = (file: string, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> =>
  new Promise((done) => {
    const child = spawn(file, args, { cwd: options.cwd ?? repository, env: options.env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.once('error', (error) => done({ code: 127, output: `${output}${error.message}`, stdout }))
    child.once('close', (code) => done({ code: code ?? 1, output, stdout }))
  })

/** A tool that package.json names, run by the pinned Node. */
export const tool = (name: string, args: readonly string[], options?: CommandOptions): Promise<Outcome> =>
  command(process.execPath, [join(repository, 'node_modules', '.bin', name), ...args], options)

/** A TypeScript file of this repository, resolved to sources. */
export const script = (path: string, args: readonly string[] = [], options?: CommandOptions): Promise<Outcome> =>
  command(process.execPath, ['--conditions=source', path, ...args], options)
