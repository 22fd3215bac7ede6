import type { Command } from 'commander'
import { systemClock, toEpochSeconds } from 'countersign/core'
import { hmacKey } from 'countersign/crypto'
import { deriveHawkKey, MAX_PRESIGNED_SECONDS, presignSigV4, signBewit } from 'countersign/signature'
import { misuse } from '../failure.ts'
import { placeOf } from '../signing/given-request.ts'
import { type KeyOptions, type SecretKey, secretKey } from '../signing/signing-key.ts'
import { DEFAULT_SIGV4, sigV4Crypto, sigV4Place } from '../signing/sigv4-place.ts'
import { printResult } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { withExamples } from './option.ts'
import { signed, withKey } from './sign.ts'

interface PresignOptions extends KeyOptions {
  readonly expires: string
  readonly method: string
  readonly form: string
  readonly sigv4: string
  readonly json: boolean
}

function lifeOf(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (seconds >= 1 && seconds <= MAX_PRESIGNED_SECONDS) return seconds
  throw misuse(`--expires must be a number of seconds from 1 to ${MAX_PRESIGNED_SECONDS}.`)
}

async function targetOf(
  url: string,
  { id: keyId, secret, sessionToken }: SecretKey,
  options: PresignOptions,
  life: number,
): Promise<string> {
  const at = toEpochSeconds(systemClock.now())
  const method = options.method.toUpperCase()
  const request = { ...placeOf(url), method }
  if (options.form === 'sigv4') {
    const credentials = { keyId, secret, ...(sessionToken === undefined ? {} : { sessionToken }) }
    return presignSigV4(request, life, { place: sigV4Place(options.sigv4), credentials, at, crypto: sigV4Crypto })
  }
  if (options.form !== 'hawk') throw misuse(`${options.form} is no form of link.`, 'Use sigv4 or hawk.')
  if (method !== 'GET') throw misuse('A Hawk link (bewit) is for GET only.', 'Use --form sigv4.')
  const hawk = hmacKey(new TextEncoder().encode(deriveHawkKey(secret)))
  return signBewit(request, { expiresAt: at + life }, { keyId, mac: (text) => hawk.text(text, 'base64') })
}

async function presign(url: string, options: PresignOptions, terminal: Terminal): Promise<void> {
  const life = lifeOf(options.expires)
  const { scheme, authority } = placeOf(url)
  const key = await secretKey(options, terminal)
  const link = `${scheme}://${authority}${await signed(() => targetOf(url, key, options, life))}`
  printResult(terminal, options, { url: link, expires_in: life }, link)
}

export function addPresign(program: Command, terminal: Terminal): void {
  const command = program
    .command('presign <url>')
    .description('make a link that lets whoever has it send one request until it expires')
    .option('--expires <seconds>', 'how long it works, 1 to 604800', '300')
    .option('--method <method>', 'of the request', 'GET')
    .option('--form <form>', 'sigv4, or hawk (a bewit)', 'sigv4')
    .option('--sigv4 <names>', 'provider:header:region:service of the form sigv4', DEFAULT_SIGV4)
    .option('--json', 'print JSON for scripts', false)
  withExamples(
    withKey(command).action((url: string, options: PresignOptions) => presign(url, options, terminal)),
    'presign https://files.example.com/report.pdf --expires 60',
    'presign https://files.example.com/inbox/1 --method PUT',
  )
}
