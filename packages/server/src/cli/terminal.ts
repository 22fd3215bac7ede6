import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Standard input, or what stands for it. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean }

/** Where a command reads from and writes to. */
export interface Terminal {
  readonly stdin: Input
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Results. */
  print(line: string): void
  /** Everything else. */
  tell(line: string): void
}

export const processTerminal: Terminal = Object.freeze({
  stdin: process.stdin,
  environment: process.env,
  print: (line: string) => void process.stdout.write(`${line}\n`),
  tell: (line: string) => void process.stderr.write(`${line}\n`),
})

/** Longer than any secret; what comes after it would only fill the memory. */
const MAX_INPUT = 65_536

/** All of standard input, without the line break at its end. */
export async function readInput({ stdin }: Terminal): Promise<string> {
  let text = ''
  stdin.setEncoding('utf8')
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > MAX_INPUT) break
  }
  return text.replace(/\r?\n$/, '')
}

/** Asks on the terminal; what is typed is not shown. */
export function askSecret({ stdin, tell }: Terminal, question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: true })
  process.stderr.write(`${question}: `)
  return new Promise((resolve) => {
    lines.once('close', () => resolve(''))
    lines.question('', (answer) => {
      tell('')
      resolve(answer)
      lines.close()
    })
  })
}
