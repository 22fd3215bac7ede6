import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../core/refusal.ts'
import { digestText, type HmacKey, hmacKey } from '../crypto/index.ts'
import { hawkPayloadHash, readBewit, readHawk, signBewit, signHawk } from './hawk/index.ts'
import { fieldNames, fieldValues, type RequestMessage } from './message.ts'
import type { RequestSignature } from './request-signature.ts'
import { csgnProvider, deriveSigningKey, presignSigV4, readPresignedSigV4, readSigV4, sigV4Realm, signSigV4 } from './sigv4/index.ts'

/** A request taken apart into everything that a signature covers. */
interface Sent {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Door = (sent: Sent) => boolean

const at = 1_700_000_000
const crypto = {
  sha256Hex: (data: string | Uint8Array) => digestText('sha-256', data, 'hex'),
  hmac: (key: Uint8Array, text: string) => hmacKey(key).bytes(text),
}
const place = { region: 'local', service: 'api', provider: csgnProvider }
const signing = { place, credentials: { keyId: 'CSK1', secret: 'secret' }, at, crypto }
const realm = sigV4Realm({ regions: ['local'], services: ['api'] })
const hawkKey = hmacKey(new Uint8Array(32).fill(1))
const hawkSigning = { keyId: 'CSK1', mac: (text: string) => hawkKey.text(text, 'base64') }

const base: Sent = {
  method: 'POST',
  target: '/v1/a%20b/things.json?b=2&a=%2Fx%20y&empty=&a=z',
  authority: 'api.example:8443',
  headers: { 'content-type': 'text/plain', 'x-nonce': 'a  "b" c' },
  body: 'hello',
}

function messageOf({ method, target, authority, headers }: Sent): RequestMessage {
  const lines = Object.entries(headers).flat()
  return { method, target, scheme: 'https', authority, values: fieldValues(lines), names: fieldNames(lines) }
}

/** What every verifier does with a signature that it has read. */
function isRight(signature: RequestSignature | undefined, key: HmacKey, body: string): boolean {
  // The id finds the key: another id, another key.
  if (signature?.keyId !== 'CSK1') return false
  if (!signature.check({ kind: 'secret', key }, digestText('sha-256', body, 'hex'))) return false
  if (signature.body.kind === 'digest') return signature.body.matches(Buffer.from(body))
  return signature.body.kind === 'inside' || body === ''
}

const sigV4Key = hmacKey(deriveSigningKey('secret', { ...place, date: '20231114' }))
const sigV4Door: Door = (sent) => isRight(readSigV4(messageOf(sent), realm), sigV4Key, sent.body)
const presignedDoor: Door = (sent) => isRight(readPresignedSigV4(messageOf(sent), realm), sigV4Key, sent.body)
const hawkDoor: Door = (sent) => isRight(readHawk(messageOf(sent)), hawkKey, sent.body)
const bewitDoor: Door = (sent) => isRight(readBewit(messageOf(sent)), hawkKey, sent.body)

/** As `curl --aws-sigv4` does: the digest of the body is in the signature only. */
function withoutDigest(sent: Sent): Sent {
  const headers: Record<string, string> = { ...sent.headers, 'x-csgn-date': '20231114T221320Z' }
  const names = ['host', ...Object.keys(headers)].sort()
  const lines = names.map((name) => `${name}:${name === 'host' ? sent.authority : headers[name]?.replaceAll(/ +/g, ' ')}\n`).join('')
  const [path, query] = sent.target.split('?')
  const canonical = `${sent.method}\n${path}\n${query}\n${lines}\n${names.join(';')}\n${digestText('sha-256', sent.body, 'hex')}`
  const text = `CSGN4-HMAC-SHA256\n20231114T221320Z\n20231114/local/api/csgn4_request\n${digestText('sha-256', canonical, 'hex')}`
  const credential = 'CSK1/20231114/local/api/csgn4_request'
  const authorization = `CSGN4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${sigV4Key.text(text, 'hex')}`
  return { ...sent, headers: { ...headers, authorization } }
}

async function signedSamples(): Promise<readonly (readonly [string, Door, Sent])[]> {
  const sorted = { ...base, target: '/v1/a%20b?a=1&b=%2F' }
  const link = { ...base, method: 'GET', headers: {}, body: '' }
  const authorization = await signHawk(
    { ...base, scheme: 'https' },
    { at, nonce: 'n-1', ext: 'e', hash: hawkPayloadHash(Buffer.from('hello'), 'text/plain') },
    hawkSigning,
  )
  const headers = await signSigV4(sorted, sorted.body, signing)
  return [
    ['SigV4 as sent (curl)', sigV4Door, withoutDigest(base)],
    ['SigV4 with the digest announced', sigV4Door, { ...sorted, headers: { ...sorted.headers, ...headers } }],
    ['SigV4 presigned', presignedDoor, { ...link, target: await presignSigV4({ ...link, target: sorted.target }, 60, signing) }],
    ['Hawk', hawkDoor, { ...base, headers: { 'content-type': 'text/plain', authorization } }],
    ['Hawk bewit', bewitDoor, { ...link, target: await signBewit({ ...link, scheme: 'https' }, { expiresAt: at }, hawkSigning) }],
  ]
}

function* flips(text: string): Generator<string> {
  for (let index = 0; index < text.length; index++)
    for (let bit = 0; bit < 7; bit++)
      yield text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ (1 << bit)) + text.slice(index + 1)
}

function* changes(sent: Sent): Generator<Sent> {
  for (const name of ['method', 'target', 'authority', 'body'] as const)
    for (const text of flips(sent[name])) yield { ...sent, [name]: text }
  for (const [name, value] of Object.entries(sent.headers))
    for (const text of flips(value)) yield { ...sent, headers: { ...sent.headers, [name]: text } }
  if (sent.body === '') yield { ...sent, body: 'x' }
}

/** What is the same request to HTTP itself (RFC 3986 section 6.2.2.1, RFC 9110 sections 4.2.3, 8.3.1 and 11.1), spelled in one way. */
const sameness = ({ target, authority, headers, ...sent }: Sent): string => {
  const { 'content-type': type = '', authorization = '', ...others } = headers
  const scheme = authorization.replace(/^\w+/, (name) => (name.toLowerCase() === 'hawk' ? 'hawk' : name))
  const escapes = target.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase())
  return JSON.stringify([escapes, authority.toLowerCase(), type.toLowerCase(), scheme, others, sent])
}

test('[A04] each single-bit change of method, target, host, signed header, signature or body is refused, in every form', async () => {
  for (const [name, door, sent] of await signedSamples()) {
    assert.equal(door(sent), true, name)
    let refused = 0
    for (const change of changes(sent)) {
      if (sameness(change) === sameness(sent)) continue
      assert.equal(isLetIn(door, change), false, `${name}: ${JSON.stringify(change)}`)
      refused++
    }
    assert.ok(refused > 500, `${name}: ${refused}`)
  }
})

function isLetIn(door: Door, sent: Sent): boolean {
  try {
    return door(sent)
  } catch (error) {
    assert.ok(error instanceof AuthError, String(error))
    return false
  }
}
