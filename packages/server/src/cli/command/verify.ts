import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { systemClock, toEpochSeconds } from 'countersign/core'
import { Failure, misuse } from '../failure.ts'
import { capturedRequest } from '../signing/captured-request.ts'
import { type Examination, examine, type ExaminationOptions } from '../signing/examination.ts'
import { type KeyOptions, publicKeyIn, secretKey } from '../signing/signing-key.ts'
import type { Terminal } from '../terminal.ts'
import { withExamples } from './option.ts'
import { withKey } from './sign.ts'

interface VerifyOptions extends KeyOptions {
  readonly scheme: string
  readonly origin?: string
  readonly window: string
  readonly at?: string
  readonly json: boolean
}

function readCapture(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch {
    throw misuse(`${file} cannot be read.`)
  }
}

function originOf({ origin }: VerifyOptions): URL | undefined {
  const url = origin === undefined ? undefined : URL.parse(origin)
  if (url === null || (url !== undefined && !/^https?:$/.test(url.protocol))) throw misuse('--origin is not an http or https URL.')
  return url
}

function momentOf({ at }: VerifyOptions): number {
  const moment = at === undefined ? systemClock.now() : Date.parse(at)
  if (Number.isNaN(moment)) throw misuse('--at is no time.', 'Write it as 2030-01-31T12:00:00Z.')
  return toEpochSeconds(moment)
}

async function keyFor(options: VerifyOptions, terminal: Terminal): Promise<ExaminationOptions['key']> {
  if (options.publicKey === undefined) return secretKey(options, terminal)
  return { id: options.keyId, key: publicKeyIn(options.publicKey, options.algorithm) }
}

function printed({ signature, findings }: Examination): string {
  const lines = signature === undefined ? [] : [`form: ${signature.form}`]
  for (const { check, ok, detail } of findings) lines.push(`${check}: ${ok ? 'ok' : 'WRONG'}, ${detail}`)
  // What was captured may hold anything.
  return lines.map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd')).join('\n')
}

async function verify(file: string, options: VerifyOptions, terminal: Terminal): Promise<void> {
  if (options.scheme !== 'http' && options.scheme !== 'https') throw misuse('--scheme is http or https.')
  if (!/^\d{1,6}$/.test(options.window)) throw misuse('--window must be a number of seconds.')
  const request = capturedRequest(readCapture(file), originOf(options), options.scheme)
  const key = await keyFor(options, terminal)
  const result = examine(request, { key, now: momentOf(options), windowSeconds: Number(options.window) })
  const { signature, findings } = result
  const isValid = findings.every(({ ok }) => ok)
  if (options.json)
    terminal.print(JSON.stringify({ valid: isValid, form: signature?.form ?? null, key: signature?.keyId ?? null, findings }))
  else terminal.print(printed(result))
  if (!isValid) throw new Failure('A verifier would refuse this request.')
}

export function addVerify(program: Command, terminal: Terminal): void {
  const command = program
    .command('verify <file>')
    .description('examine a signed request that was captured as it stood on the wire, without asking anybody; says all that is wrong')
    .option('--public-key <file>', 'the public key, a JWK or PEM, in place of a secret')
    .option('--algorithm <alg>', 'of an RSA key: RS256 or PS512')
    .option('--scheme <scheme>', 'http or https: a captured request does not say which', 'https')
    .option('--origin <url>', 'the origin that the client has used, where a proxy has changed it')
    .option('--window <seconds>', 'how old a signature may be', '120')
    .option('--at <time>', 'the time to compare with, such as 2030-01-31T12:00:00Z; default: now')
    .option('--json', 'print JSON for scripts', false)
  withExamples(
    withKey(command).action((file: string, options: VerifyOptions) => verify(file, options, terminal)),
    'verify request.txt --at 2030-01-31T12:00:00Z',
    'verify request.txt --public-key robot.pem --scheme http',
  )
}
