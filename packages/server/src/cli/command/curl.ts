import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Failure, ProgramEnded } from '../failure.ts'
import { type KeyOptions, type SecretKey, secretKey } from '../signing/signing-key.ts'
import { newNonce } from '../signing/signer.ts'
import { DEFAULT_SIGV4, sigV4Crypto, sigV4Place } from '../signing/sigv4-place.ts'
import type { Terminal } from '../terminal.ts'
import { withExamples } from './option.ts'

interface CurlOptions extends KeyOptions {
  readonly sigv4: string
}

/** The file that `-T` sends: curl itself would sign it as empty. */
function uploadedFile(words: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (word === '-T' || word === '--upload-file') return words[index + 1]
    if (word.startsWith('-T')) return word.slice(2)
    if (word.startsWith('--upload-file=')) return word.slice('--upload-file='.length)
  }
  return undefined
}

/** What curl is told besides the user's own words: as a file, because other people on the machine see the words of a command. */
async function configuration({ id, secret, sessionToken }: SecretKey, names: string, words: readonly string[]): Promise<string> {
  const { headerPrefix, headers } = sigV4Place(names).provider
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
  const lines = [`aws-sigv4 = ${quoted(names)}`, `user = ${quoted(`${id}:${secret}`)}`]
  // The same request twice in one second would otherwise be the same bytes twice.
  lines.push(`header = ${quoted(`Countersign-Nonce: ${newNonce()}`)}`)
  if (sessionToken !== undefined) lines.push(`header = ${quoted(`${headers.token}: ${sessionToken}`)}`)
  const file = uploadedFile(words)
  if (file !== undefined && file !== '-' && file !== '.') {
    lines.push(`header = ${quoted(`${headerPrefix}content-sha256: ${await digestOf(file)}`)}`)
  }
  return `${lines.join('\n')}\n`
}

async function digestOf(file: string): Promise<string> {
  try {
    return await sigV4Crypto.sha256Hex(readFileSync(file))
  } catch {
    throw new Failure(`${file} cannot be read.`)
  }
}

/** A file that has no name any more when curl reads it. */
function openUnnamed(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
  try {
    const path = join(folder, 'curl')
    writeFileSync(path, text, { mode: 0o600 })
    return openSync(path, 'r')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function curl(words: readonly string[], options: CurlOptions, terminal: Terminal): Promise<void> {
  const text = await configuration(await secretKey(options, terminal), options.sigv4, words)
  const descriptor = openUnnamed(text)
  const { COUNTERSIGN_KEY_SECRET: _secret, COUNTERSIGN_SESSION_TOKEN: _token, ...environment } = terminal.environment
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn('curl', ['-K', '/dev/fd/3', ...words], { stdio: ['inherit', 'inherit', 'inherit', descriptor], env: environment })
      child.once('error', () => reject(new Failure('curl cannot be started.', 'Install curl 7.87 or newer.')))
      child.once('exit', (status) => resolve(status ?? 1))
    })
    if (code !== 0) throw new ProgramEnded(code)
  } finally {
    closeSync(descriptor)
  }
}

export function addCurl(program: Command, terminal: Terminal): void {
  const command = program
    .command('curl [words...]')
    .description('curl, signing: every word is handed to the curl of this machine, which signs by its --aws-sigv4')
    .option('--key-id <id>', 'the access key; or COUNTERSIGN_KEY_ID. The secret comes from COUNTERSIGN_KEY_SECRET')
    .option('--sigv4 <names>', 'provider:header:region:service', DEFAULT_SIGV4)
    .allowUnknownOption()
    .passThroughOptions()
    .action((words: readonly string[], options: CurlOptions) => curl(words, options, terminal))
  withExamples(
    command,
    'curl https://api.example.com/orders',
    "curl -H 'Content-Type: application/json' -d @order.json https://api.example.com/orders",
  )
}
