import type { Command } from 'commander'
import { AuthError, systemClock, toEpochSeconds } from 'countersign/core'
import { Failure, misuse } from '../failure.ts'
import { givenRequest, type RequestWords } from '../signing/given-request.ts'
import { type KeyOptions, signingKey } from '../signing/signing-key.ts'
import { signers } from '../signing/signer.ts'
import { DEFAULT_SIGV4, sigV4Place } from '../signing/sigv4-place.ts'
import type { Terminal } from '../terminal.ts'
import { several, withExamples } from './option.ts'

interface SignOptions extends KeyOptions, RequestWords {
  readonly form: string
  readonly sigv4: string
  readonly json: boolean
}

/** Where the key comes from, for every command that signs. */
export const withKey = (command: Command): Command =>
  command
    .option('--key-id <id>', 'the access key; or COUNTERSIGN_KEY_ID')
    .option('--secret-stdin', 'read its secret from standard input; or COUNTERSIGN_KEY_SECRET')

async function sign(method: string, url: string, options: SignOptions, terminal: Terminal): Promise<void> {
  const signer = Object.hasOwn(signers, options.form) ? signers[options.form] : undefined
  if (signer === undefined) throw misuse(`${options.form} is no form.`, `Use one of ${Object.keys(signers).join(', ')}.`)
  const request = givenRequest(method, url, options)
  const key = await signingKey(options, terminal)
  const signing = { key, at: toEpochSeconds(systemClock.now()), place: sigV4Place(options.sigv4) }
  const headers = { ...request.headers, ...(await signed(() => signer(request, signing))) }
  if (options.json) terminal.print(JSON.stringify({ method: request.method, url, headers }))
  else for (const [name, value] of Object.entries(headers)) terminal.print(`${name}: ${value}`)
}

/** @throws {Failure} in words for what cannot be signed. */
export async function signed<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof AuthError) throw new Failure(`This cannot be signed: ${Object.values(error.detail).join(', ')}.`)
    if (error instanceof RangeError) throw new Failure(`This cannot be signed: ${error.message}.`)
    throw error
  }
}

export function addSign(program: Command, terminal: Terminal): void {
  const command = program
    .command('sign <method> <url>')
    .description('sign a request; prints its headers, as curl -H @- takes them')
    .option('-H, --header <header>', "a header that is sent and signed, as 'Name: value'; may be given several times", several, [])
    .option('-d, --data <text>', 'the body')
    .option('--data-file <file>', 'the file that is the body, byte for byte')
    .option('--form <form>', `how: ${Object.keys(signers).join(', ')}`, 'http-message')
    .option('--sigv4 <names>', 'provider:header:region:service of the form sigv4', DEFAULT_SIGV4)
    .option('--private-key <file>', 'sign with this key, a JWK or PEM, whose public half is registered')
    .option('--algorithm <alg>', 'of an RSA key: RS256 or PS512')
    .option('--json', 'print JSON for scripts', false)
  withExamples(
    withKey(command).action((method: string, url: string, options: SignOptions) => sign(method, url, options, terminal)),
    'sign GET https://api.example.com/orders | curl -H @- https://api.example.com/orders',
    "sign POST https://api.example.com/orders -H 'Content-Type: application/json' --data-file order.json",
  )
}
