import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type MessageSigningKey, publicSignatureKey, type SignatureKey } from 'countersign/signature'
import { misuse } from '../failure.ts'
import { readInput, type Terminal } from '../terminal.ts'

/** Where the key of a signature comes from. A secret is no option: other people on the machine see the words of a command. */
export interface KeyOptions {
  readonly keyId?: string
  readonly secretStdin?: boolean
  readonly privateKey?: string
  readonly publicKey?: string
  readonly algorithm?: string
}

export interface SecretKey {
  readonly kind: 'secret'
  readonly id: string
  readonly secret: string
  /** Of a temporary key. */
  readonly sessionToken: string | undefined
}

export interface PrivateKey extends MessageSigningKey {
  readonly kind: 'private'
  readonly id: string
}

const ADVICE = 'Set COUNTERSIGN_KEY_ID and COUNTERSIGN_KEY_SECRET, or use --key-id with --secret-stdin.'

const fromEnvironment = ({ environment }: Terminal, name: string): string | undefined => environment[name] || undefined

export function keyIdOf({ keyId }: KeyOptions, terminal: Terminal): string {
  const id = keyId ?? fromEnvironment(terminal, 'COUNTERSIGN_KEY_ID')
  if (id === undefined) throw misuse('No access key is named.', ADVICE)
  // It goes into headers and into curl's configuration.
  if (!/^[\w.:@~/-]{1,128}$/.test(id)) throw misuse('The id of the access key is none.', ADVICE)
  return id
}

/** @throws {Failure} There is no id, or no secret. */
export async function secretKey(options: KeyOptions, terminal: Terminal): Promise<SecretKey> {
  const id = keyIdOf(options, terminal)
  const secret = options.secretStdin === true ? await readInput(terminal) : fromEnvironment(terminal, 'COUNTERSIGN_KEY_SECRET')
  if (secret === undefined || secret === '') throw misuse(`The secret of ${id} is missing.`, ADVICE)
  if (/[^\x21-\x7e]/.test(secret)) throw misuse(`The secret of ${id} is not one line of ASCII.`, ADVICE)
  const sessionToken = fromEnvironment(terminal, 'COUNTERSIGN_SESSION_TOKEN')
  if (sessionToken !== undefined && /[^\x21-\x7e]/.test(sessionToken)) throw misuse('COUNTERSIGN_SESSION_TOKEN is not one line of ASCII.')
  return { kind: 'secret', id, secret, sessionToken }
}

/** A secret, or the private half of a registered key. @throws {Failure}. */
export async function signingKey(options: KeyOptions, terminal: Terminal): Promise<SecretKey | PrivateKey> {
  const { privateKey: file } = options
  if (file === undefined) return secretKey(options, terminal)
  const id = keyIdOf(options, terminal)
  const key = readKey(file, createPrivateKey)
  const checked = checkingKey(key, file, options.algorithm)
  if (checked.kind !== 'public') throw misuse(`${file} is a key of a kind that signs no requests here.`)
  return { kind: 'private', id, algorithm: checked.algorithm, key }
}

/** The public key in a file: of a private one its public half. @throws {Failure}. */
export const publicKeyIn = (file: string, algorithm: string | undefined): SignatureKey =>
  checkingKey(readKey(file, createPublicKey), file, algorithm)

function readKey(file: string, create: typeof createPrivateKey | typeof createPublicKey): KeyObject {
  try {
    const text = readFileSync(file, 'utf8')
    return text.trimStart().startsWith('{') ? create({ key: JSON.parse(text), format: 'jwk' }) : create(text)
  } catch {
    throw misuse(`${file} is no key that can be read.`, 'Use a JWK, or PEM without a passphrase.')
  }
}

function checkingKey(key: KeyObject, file: string, algorithm: string | undefined): SignatureKey {
  const jwk = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' })
  const alg = algorithm ?? (jwk.kty === 'RSA' ? 'RS256' : undefined)
  try {
    return publicSignatureKey({ ...jwk, ...(alg === undefined ? {} : { alg }) })
  } catch {
    throw misuse(
      `${file} is a key of a kind that signs no requests here.`,
      'Ed25519, P-256, P-384, or RSA with --algorithm RS256 or PS512.',
    )
  }
}
