import { createReadStream, existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import type { Command } from 'commander'
import {
  type ContentKeySet,
  type ContentSigningKey,
  contentSigningKey,
  type ManifestFile,
  newContentKey,
  openManifest,
  requireManifest,
  signContent,
  signManifest,
  verifyContentDigest,
} from 'countersign/content'
import { AuthError, isJsonObject, parseJson, systemPlatform } from 'countersign/core'
import { streamDigest } from 'countersign/crypto'
import { serverUrl } from '../door/network-door.ts'
import { Failure, misuse } from '../failure.ts'
import { printResult, type Shown } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { withExamples } from './option.ts'

const MAX_KEY_BYTES = 65_536

interface SignOptions extends Shown {
  readonly key: string
  readonly out?: string
}

interface VerifyOptions extends Shown {
  readonly keys: string
  readonly signature?: string
}

/** Beside a file, or beside a folder: what is inside is signed, and nothing may be added there. */
const signaturePath = (path: string): string => `${resolve(path)}.jws`

function readJson(path: string): unknown {
  try {
    return parseJson(readFileSync(path, 'utf8'))
  } catch {
    throw misuse(`${path} is no JSON document that can be read.`)
  }
}

async function readSigningKey(path: string): Promise<ContentSigningKey> {
  try {
    return await contentSigningKey(readJson(path))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw misuse(`${path} is no private Ed25519 or P-256 key as a JWK.`, 'Make one with: countersign content key FILE')
  }
}

/** A JWK Set in a file, or at an address. @throws {Failure}. */
async function readKeys(place: string): Promise<ContentKeySet> {
  const document = /^https?:\/\//.test(place) ? await fetchKeys(serverUrl(place)) : readJson(place)
  const keys = isJsonObject(document) ? document['keys'] : undefined
  if (!Array.isArray(keys)) throw misuse(`${place} is no JWK Set.`)
  return { keys }
}

async function fetchKeys(url: string): Promise<unknown> {
  try {
    const response = await systemPlatform.fetch(url, { redirect: 'error' })
    const text = await response.text()
    if (response.ok && text.length <= MAX_KEY_BYTES) return parseJson(text)
  } catch {
    // What was wrong tells nobody more than that it was.
  }
  throw new Failure(`${url} did not answer with a JWK Set.`)
}

/** All files below a folder. Links and devices are what they are on this machine only: they are refused, not followed. */
async function filesBelow(folder: string): Promise<readonly ManifestFile[]> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files: ManifestFile[] = []
  for (const name of names) {
    const path = join(folder, name)
    const stat = lstatSync(path)
    if (stat.isDirectory()) continue
    if (!stat.isFile())
      throw new Failure(`${path} is neither a file nor a folder.`, 'A link cannot be signed: put what it leads to in its place.')
    files.push({ path: name.split(sep).join('/'), ...(await streamDigest(createReadStream(path))) })
  }
  return files
}

function isFolder(path: string): boolean {
  if (!existsSync(path)) throw misuse(`${path} is not there.`)
  return lstatSync(path).isDirectory()
}

async function makeKey(file: string, options: Shown, terminal: Terminal): Promise<void> {
  const jwk = await newContentKey()
  try {
    writeFileSync(file, `${JSON.stringify(jwk)}\n`, { mode: 0o600, flag: 'wx' })
  } catch {
    throw new Failure(`${file} cannot be written, or is there already.`)
  }
  const { publicJwk } = await contentSigningKey(jwk)
  terminal.print(JSON.stringify({ keys: [publicJwk] }))
  if (!options.json) terminal.tell(`${file} signs: keep it where nobody reads it. What was printed is the JWK Set for whoever verifies.`)
}

async function sign(path: string, { key: keyFile, out = signaturePath(path), ...options }: SignOptions, terminal: Terminal): Promise<void> {
  const key = await readSigningKey(keyFile)
  const signature = isFolder(path) ? await signFolder(path, key) : await signContent(await streamDigest(createReadStream(path)), key)
  writeFileSync(out, `${signature}\n`)
  printResult(terminal, options, { signature: out, kid: key.publicJwk.kid }, `${out} signs ${path} by the key ${key.publicJwk.kid}.`)
}

async function signFolder(path: string, key: ContentSigningKey): Promise<string> {
  try {
    return await signManifest(await filesBelow(path), key)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Failure(`The folder cannot be signed: ${error.message}.`)
  }
}

async function verify(
  path: string,
  { keys: place, signature: file = signaturePath(path), ...options }: VerifyOptions,
  terminal: Terminal,
): Promise<void> {
  const keys = await readKeys(place)
  if (!existsSync(file)) throw misuse(`${file} is not there.`, 'Say where the signature is with --signature.')
  const signature = readFileSync(file, 'utf8').trim()
  try {
    const signedAt = isFolder(path) ? await verifyFolder(path, signature, keys) : await verifyFile(path, signature, keys)
    const signed = new Date(signedAt * 1000).toISOString()
    printResult(terminal, options, { verified: path, signed_at: signed }, `${path} is what was signed at ${signed}.`)
  } catch (error) {
    if (error instanceof AuthError) throw new Failure(sentenceOf(error, path), undefined, 1, error.code)
    throw error
  }
}

async function verifyFile(path: string, signature: string, keys: ContentKeySet): Promise<number> {
  return (await verifyContentDigest(signature, await streamDigest(createReadStream(path)), keys)).signedAt
}

async function verifyFolder(path: string, signature: string, keys: ContentKeySet): Promise<number> {
  const manifest = await openManifest(signature, keys)
  requireManifest(manifest, await filesBelow(path))
  return manifest.signedAt
}

const reasons: Readonly<Record<string, string>> = { missing: 'is missing', changed: 'is not what was signed', not_signed: 'was not signed' }

function sentenceOf({ code, detail }: AuthError, path: string): string {
  const { reason = '', path: inside } = detail
  if (code === 'signature_invalid') return 'The signature is not by a key of the set.'
  if (code === 'credential_malformed') return 'The signature is none, or of another kind of thing.'
  return typeof inside === 'string' ? `${join(path, inside)} ${reasons[String(reason)] ?? 'differs'}.` : `${path} is not what was signed.`
}

export function addContent(program: Command, terminal: Terminal): void {
  const content = program.command('content').description('signatures of files and folders')
  withExamples(
    content
      .command('key <file>')
      .description('make a key that signs, into a new file; its public half is printed as a JWK Set')
      .option('--json', 'print nothing but the JWK Set', false)
      .action((file: string, options: Shown) => makeKey(file, options, terminal)),
    'content key release.jwk > release-keys.json',
  )
  withExamples(
    content
      .command('sign <path>')
      .description('sign a file, or a folder with all that is in it')
      .requiredOption('--key <file>', 'the private key, a JWK')
      .option('--out <file>', 'where the signature goes; by default beside it, with .jws at its end')
      .option('--json', 'print JSON for scripts', false)
      .action((path: string, options: SignOptions) => sign(path, options, terminal)),
    'content sign dist --key release.jwk',
  )
  withExamples(
    content
      .command('verify <path>')
      .description('verify that a file or folder is what was signed')
      .requiredOption('--keys <file or url>', 'the JWK Set with the keys that are believed')
      .option('--signature <file>', 'by default beside it, with .jws at its end')
      .option('--json', 'print JSON for scripts', false)
      .action((path: string, options: VerifyOptions) => verify(path, options, terminal)),
    'content verify dist --keys release-keys.json',
    'content verify dist --keys https://example.com/release-keys.json',
  )
}
