import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock } from 'countersign/core'
import { type ItsdangerousOptions, readFernet, readItsdangerous } from 'countersign/token'
import { hasVectors, vectors } from './published-vectors.ts'

interface FernetVectors {
  readonly verify: readonly FernetRow[]
  readonly invalid: readonly (FernetRow & { readonly desc: string })[]
}

interface FernetRow {
  readonly token: string
  readonly now: string
  readonly ttl_sec: number
  readonly src?: string
  readonly secret: string
}

interface ItsdangerousRow {
  readonly kind: string
  readonly secret: string | readonly string[]
  readonly salt?: string
  readonly payload?: unknown
  readonly token: string
  readonly digest?: 'sha1' | 'sha256' | 'sha512'
  readonly keyDerivation?: 'django-concat' | 'hmac'
  readonly now?: number
  readonly maxAge?: number | null
  readonly signedAt?: number
  readonly expect: 'valid' | 'expired' | 'expired-future' | 'invalid' | 'see-note'
  readonly name?: string
}

interface ItsdangerousVectors {
  readonly published: readonly ItsdangerousRow[]
  readonly timed: readonly ItsdangerousRow[]
  readonly negative: readonly ItsdangerousRow[]
}

const readAsFernet = ({ token, now, ttl_sec: maxAgeSeconds, secret }: FernetRow) =>
  readFernet(token, { keys: [secret], maxAgeSeconds, clock: new ManualClock(Date.parse(now)) })

function optionsOf(row: ItsdangerousRow, maxAgeSeconds: ItsdangerousOptions['maxAgeSeconds']): ItsdangerousOptions {
  const { kind, secret, salt = 'itsdangerous.Signer', digest, keyDerivation, now = 0 } = row
  return {
    secrets: typeof secret === 'string' ? [secret] : secret,
    salt,
    form: kind.startsWith('URLSafe') ? 'url-safe' : kind.endsWith('Signer') ? 'text' : 'json',
    clock: new ManualClock(now * 1000),
    maxAgeSeconds,
    ...(digest === undefined || digest === 'sha1' ? { unsafeAllowSha1: true } : { digest }),
    ...(keyDerivation === undefined ? {} : { keyDerivation }),
  }
}

const refused = (error: unknown): boolean => error instanceof AuthError

test('[G01] Fernet: the published token is read, each published bad one is refused', (context) => {
  if (!hasVectors(context)) return
  const { verify, invalid } = vectors<FernetVectors>('fernet/spec.json')
  assert.deepEqual([verify.length, invalid.length], [1, 8])
  for (const row of verify) assert.equal(Buffer.from(readAsFernet(row).payload).toString(), row.src)
  for (const row of invalid) assert.throws(() => readAsFernet(row), refused, row.desc)
})

test('[G01] itsdangerous: the tokens printed in its documents are read', (context) => {
  if (!hasVectors(context)) return
  const { published } = vectors<ItsdangerousVectors>('itsdangerous/vectors.json')
  assert.equal(published.length, 8)
  for (const row of published) assert.deepEqual(readItsdangerous(row.token, optionsOf(row, 'untimed')).payload, row.payload, row.kind)
})

test('[G01] itsdangerous: timed tokens live as long as they say, and not a second longer', (context) => {
  if (!hasVectors(context)) return
  const { timed } = vectors<ItsdangerousVectors>('itsdangerous/vectors.json')
  assert.equal(timed.length, 25)
  for (const row of timed) {
    const read = () => readItsdangerous(row.token, optionsOf(row, row.maxAge ?? Number.POSITIVE_INFINITY))
    if (row.expect === 'valid') assert.deepEqual(read(), { payload: row.payload, signedAt: row.signedAt }, row.kind)
    else assert.throws(read, refused, `${row.kind} ${row.expect}`)
  }
})

test('[G01] itsdangerous: each bad token is refused, the one with padding too', (context) => {
  if (!hasVectors(context)) return
  const { negative } = vectors<ItsdangerousVectors>('itsdangerous/vectors.json')
  assert.equal(negative.length, 10)
  for (const row of negative) {
    const read = () => readItsdangerous(row.token, optionsOf(row, row.maxAge ?? 0))
    if (row.expect === 'valid') assert.equal(read().payload, 'value')
    else assert.throws(read, refused, row.name)
  }
})
