import type { Command } from 'commander'
import { AuthError, decodeBase64url, decodeUtf8, parseJsonObject, systemPlatform, toEpochSeconds } from 'countersign/core'
import type { JwsAlgorithm } from 'countersign/crypto'
import { parseJwks } from 'countersign/key'
import { MAX_COMPACT_LENGTH, verifyAccessToken } from 'countersign/token'
import { Failure } from '../failure.ts'
import { serverUrl } from '../door/network-door.ts'
import { readInput, type Terminal } from '../terminal.ts'
import { withExamples } from './option.ts'

interface InspectOptions {
  readonly json: boolean
  readonly issuer?: string
  readonly audience?: string
}

interface Verdict {
  readonly valid: boolean
  readonly code?: string
  readonly reason?: string
}

interface Anatomy {
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
}

function takeApart(token: string): Anatomy {
  const parts = token.split('.')
  if (token.length > MAX_COMPACT_LENGTH || parts.length !== 3)
    throw new Failure('This is no JWT.', 'An access token has three parts with dots between them.')
  try {
    const [header, claims] = parts.slice(0, 2).map((part) => parseJsonObject(decodeUtf8(decodeBase64url(part))))
    return { header: header ?? {}, claims: claims ?? {} }
  } catch {
    throw new Failure('This is no JWT that anybody should accept.', 'Its header or claims are not strict base64url and JSON.')
  }
}

async function fetchDocument(url: string): Promise<Record<string, unknown>> {
  try {
    const response = await systemPlatform.fetch(url, { redirect: 'error' })
    if (response.ok) return parseJsonObject(await response.text())
  } catch {
    // Told below, whatever it was.
  }
  throw new Failure(`${url} cannot be read.`, 'Check --issuer, and that the server is running.')
}

const supported: readonly JwsAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256']

async function verify(token: string, { claims }: Anatomy, issuerText: string, audience: string | undefined): Promise<Verdict> {
  const issuer = serverUrl(issuerText)
  const discovery = await fetchDocument(`${issuer}/.well-known/countersign`)
  const named = discovery['access_token_algorithms']
  const algorithms = supported.filter((each) => Array.isArray(named) && named.includes(each))
  const keys = parseJwks(await fetchDocument(String(discovery['jwks_uri'])))
  const own = Array.isArray(claims['aud']) ? claims['aud'][0] : claims['aud']
  try {
    const now = toEpochSeconds(systemPlatform.clock.now())
    verifyAccessToken(token, keys, { issuer, audience: audience ?? String(own), algorithms, now })
    return { valid: true }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const { reason } = error.detail
    return { valid: false, code: error.code, ...(reason === undefined ? {} : { reason: String(reason) }) }
  }
}

const times: ReadonlySet<string> = new Set(['iat', 'exp', 'nbf', 'auth_time'])

function inWords(name: string, value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  const moment = times.has(name) && typeof value === 'number' && Math.abs(value) < 8e12 ? `  (${new Date(value * 1000).toISOString()})` : ''
  return `  ${name}: ${text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd')}${moment}`
}

function show({ header, claims }: Anatomy, verdict: Verdict | undefined): string {
  const lines = ['Header', ...Object.entries(header).map(([name, value]) => inWords(name, value))]
  lines.push('Claims', ...Object.entries(claims).map(([name, value]) => inWords(name, value)))
  if (verdict === undefined) lines.push('Not verified: anybody can write this. Use --issuer to check signature, issuer, audience and time.')
  else if (verdict.valid) lines.push('Valid: signature, issuer, audience and time. Whether it was revoked only a verifier knows.')
  else lines.push(`Refused: ${verdict.code}${verdict.reason === undefined ? '' : ` (${verdict.reason})`}.`)
  return lines.join('\n')
}

async function inspect(given: string | undefined, options: InspectOptions, terminal: Terminal): Promise<void> {
  const token = (given ?? (await readInput(terminal))).trim()
  const anatomy = takeApart(token)
  const verdict = options.issuer === undefined ? undefined : await verify(token, anatomy, options.issuer, options.audience)
  terminal.print(options.json ? JSON.stringify({ ...anatomy, ...(verdict === undefined ? {} : { verdict }) }) : show(anatomy, verdict))
  if (verdict?.valid === false) throw new Failure('The token is not valid.')
}

export function addToken(program: Command, terminal: Terminal): void {
  const token = program.command('token').description('access tokens')
  withExamples(
    token
      .command('inspect [token]')
      .description('show what a token says; the token comes from standard input when it is not given')
      .option('--json', 'print JSON for scripts', false)
      .option('--issuer <url>', 'verify it against the keys that this issuer publishes')
      .option('--audience <audience>', 'with --issuer: whom the token must be for; default: whom it says')
      .action((given: string | undefined, options: InspectOptions) => inspect(given, options, terminal)),
    'token inspect < token.txt',
    'token inspect --issuer https://auth.example.com < token.txt',
  )
}
