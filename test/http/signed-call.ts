import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { toEpochSeconds } from 'countersign/core'
import { hmacKey, sha256Base64url } from 'countersign/crypto'
import {
  contentDigest,
  csgnProvider,
  dayKeyId,
  deriveHawkKey,
  deriveMessageDayKey,
  deriveRequestJwtKey,
  hawkPayloadHash,
  messageSigningKey,
  presignSigV4,
  type RequestMessage,
  SignatureTemplate,
  type SigV4Crypto,
  signBewit,
  signDraft,
  signHawk,
  signRequestJwt,
  signSigV4,
} from 'countersign/signature'
import type { RawResponse } from './raw-request.ts'

/** A request in bytes but for its host. */
export interface Call {
  readonly method: string
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Signer {
  readonly id: string
  readonly secret: string
  readonly sessionToken?: string
  /** As the client calls the service. */
  readonly authority: string
  readonly scheme?: 'http' | 'https'
  readonly atMs: number
}

export const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '')

export const sigV4Crypto: SigV4Crypto = {
  sha256Hex: (data) => Buffer.from(sha256Base64url(data), 'base64url').toString('hex'),
  hmac: (key, text) => createHmac('sha256', key).update(text).digest(),
}

let count = 0
const fresh = (): string => `nonce-${++count}`

/** Every form, as a client of it signs a call. */
export const signers: Readonly<Record<'http-message' | 'sigv4' | 'hawk' | 'jwt', (call: Call, signer: Signer) => Promise<Call>>> = {
  'http-message': async (call, { id, secret, authority, scheme = 'http', atMs }) => {
    const today = day(atMs)
    const digest = call.body === undefined ? {} : { 'content-digest': contentDigest(call.body) }
    const headers = { ...call.headers, ...digest }
    const cover = ['@method', '@target-uri', ...Object.keys(headers)]
    const template = new SignatureTemplate({ keyId: dayKeyId(id, today), cover })
    const draft = template.draft(messageOf({ ...call, headers }, authority, scheme), { created: toEpochSeconds(atMs), nonce: fresh() })
    const key = messageSigningKey('hmac-sha256', hmacKey(deriveMessageDayKey(secret, today)))
    return { ...call, headers: { ...headers, ...signDraft(draft, key) } }
  },
  sigv4: async (call, { id: keyId, secret, sessionToken, authority, atMs }) => {
    const headers = { ...call.headers, 'x-csgn-nonce': fresh() }
    const credentials = { keyId, secret, ...(sessionToken === undefined ? {} : { sessionToken }) }
    const signing = { place: { region: 'local', service: 'api', provider: csgnProvider }, credentials, at: toEpochSeconds(atMs) }
    const added = await signSigV4({ ...call, headers, authority }, call.body ?? '', { ...signing, crypto: sigV4Crypto })
    return { ...call, headers: { ...headers, ...added } }
  },
  hawk: async (call, { id: keyId, secret, authority, scheme = 'http', atMs }) => {
    const key = hmacKey(new TextEncoder().encode(deriveHawkKey(secret)))
    const hash = hawkPayloadHash(new TextEncoder().encode(call.body ?? ''), call.headers?.['content-type'])
    const attributes = { at: toEpochSeconds(atMs), nonce: fresh(), hash }
    const authorization = await signHawk({ ...call, scheme, authority }, attributes, { keyId, mac: (text) => key.text(text, 'base64') })
    return { ...call, headers: { ...call.headers, authorization } }
  },
  jwt: async (call, { id: keyId, secret, authority, scheme = 'http', atMs }) => {
    const key = hmacKey(deriveRequestJwtKey(secret))
    const facts = { id: fresh(), at: toEpochSeconds(atMs), lifeSeconds: 2 }
    const bodySha256 = call.body === undefined ? {} : { bodySha256: sha256Base64url(call.body) }
    const signing = { keyId, algorithm: 'HS256' as const, sign: (input: string) => key.base64url(input) }
    const token = await signRequestJwt({ ...call, scheme, authority }, { ...facts, ...bodySha256 }, signing)
    return { ...call, headers: { ...call.headers, authorization: `Bearer ${token}` } }
  },
}

/** A link that works for so many seconds. */
export async function presigned(call: Call, { id: keyId, secret, authority, atMs }: Signer, expiresInSeconds: number): Promise<Call> {
  const signing = { place: { region: 'local', service: 'api', provider: csgnProvider }, credentials: { keyId, secret } }
  const request = { ...call, authority }
  return { ...call, target: await presignSigV4(request, expiresInSeconds, { ...signing, at: toEpochSeconds(atMs), crypto: sigV4Crypto }) }
}

export async function bewit(
  call: Call,
  { id: keyId, secret, authority, scheme = 'http', atMs }: Signer,
  lifeSeconds: number,
): Promise<Call> {
  const key = hmacKey(new TextEncoder().encode(deriveHawkKey(secret)))
  const expiresAt = toEpochSeconds(atMs) + lifeSeconds
  const signing = { keyId, mac: (text: string) => key.text(text, 'base64') }
  return { ...call, target: await signBewit({ target: call.target, scheme, authority }, { expiresAt }, signing) }
}

export function messageOf({ method, target, headers = {} }: Call, authority: string, scheme: 'http' | 'https'): RequestMessage {
  const values = (name: string): readonly string[] | undefined => (headers[name] === undefined ? undefined : [headers[name]])
  return { method, target, scheme, authority, values, names: () => Object.keys(headers) }
}

/** The bytes of a call. */
export function bytesOf({ method, target, headers = {}, body }: Call, host: string, isChunked = false): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close']
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  if (isChunked) lines.push('Transfer-Encoding: chunked')
  else if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  const head = `${lines.join('\r\n')}\r\n\r\n`
  const text = isChunked ? chunked(body ?? '') : (body ?? '')
  return Buffer.from(head + text)
}

/** In pieces, as a stream sends them. */
function chunked(body: string): string {
  const middle = Math.floor(body.length / 2)
  const pieces = [body.slice(0, middle), body.slice(middle)].filter((piece) => piece !== '')
  return `${pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`
}

/** Sends exactly these bytes. */
export function sendBytes(port: number, bytes: Uint8Array): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
    // What is refused before it was read to its end may be reset after the answer.
    socket.on('error', (error) => (chunks.length === 0 ? reject(error) : undefined))
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString()
      const headEnd = text.indexOf('\r\n\r\n')
      const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n')
      const headers = new Map(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      )
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0), headers, body: bodyOf(text.slice(headEnd + 4), headers) })
    })
    socket.write(bytes)
  })
}

function bodyOf(text: string, headers: ReadonlyMap<string, string>): string {
  if (headers.get('transfer-encoding') !== 'chunked') return text
  let body = Buffer.alloc(0)
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    const end = rest.indexOf('\r\n')
    const length = Number.parseInt(rest.subarray(0, end).toString(), 16)
    if (!(length > 0)) break
    body = Buffer.concat([body, rest.subarray(end + 2, end + 2 + length)])
    rest = rest.subarray(end + 2 + length + 2)
  }
  return body.toString()
}
