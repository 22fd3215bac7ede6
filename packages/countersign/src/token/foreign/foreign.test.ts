import assert from 'node:assert/strict'
import { deflateSync } from 'node:zlib'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { AuthError, ManualClock } from '../../core/index.ts'
import { type ItsdangerousOptions, readFernet, readItsdangerous } from './index.ts'

const SECONDS = 1_700_000_000
const clock = new ManualClock(SECONDS * 1000)
const refusal = (code: string) => (error: unknown) => error instanceof AuthError && error.code === code

// Source: the README of itsdangerous (BSD-3-Clause), and its timed form at a fixed time.
const TOKEN = 'eyJ1c2VyX2lkIjo3LCJwdXJwb3NlIjoicmVzZXQifQ.ZVPxAA.Z6tbexDuPQnyPJ9G5RrK2_z19QI'
const options: ItsdangerousOptions = {
  secrets: ['secret-key'],
  salt: 'itsdangerous',
  form: 'url-safe',
  clock,
  maxAgeSeconds: 60,
  unsafeAllowSha1: true,
}

function signed(text: string): string {
  const key = createHash('sha256').update('itsdangeroussignersecret-key').digest()
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

const read256 = (token: string): unknown => {
  const { unsafeAllowSha1: _, ...rest } = options
  return readItsdangerous(token, { ...rest, digest: 'sha256' }).payload
}

test('[G01] an itsdangerous token is read by any secret of the list, for its time', () => {
  const expected = { payload: { user_id: 7, purpose: 'reset' }, signedAt: SECONDS }
  assert.deepEqual(readItsdangerous(TOKEN, { ...options, secrets: ['new', 'secret-key'] }), expected)
  const later = new ManualClock((SECONDS + 61) * 1000)
  assert.throws(() => readItsdangerous(TOKEN, { ...options, clock: later }), refusal('token_expired'))
  assert.deepEqual(readItsdangerous(TOKEN, { ...options, clock: later, maxAgeSeconds: Number.POSITIVE_INFINITY }), expected)
})

test('[G01] SHA-1 has to be allowed by name', () => {
  const { unsafeAllowSha1: _, ...rest } = options
  assert.throws(() => readItsdangerous(TOKEN, rest), RangeError)
  assert.throws(() => readItsdangerous(TOKEN, { ...rest, digest: 'sha256' }), refusal('token_invalid'))
})

test('[G01] an itsdangerous token of another salt or secret, cut or in another spelling is refused', () => {
  assert.throws(() => readItsdangerous(TOKEN, { ...options, salt: 'other' }), refusal('token_invalid'))
  assert.throws(() => readItsdangerous(TOKEN, { ...options, secrets: ['other'] }), refusal('token_invalid'))
  assert.throws(() => readItsdangerous(TOKEN.slice(0, -1), options), AuthError)
  assert.throws(() => readItsdangerous(`${TOKEN}=`, options), refusal('credential_malformed'))
  assert.throws(() => readItsdangerous('a'.repeat(9000), options), refusal('credential_malformed'))
  assert.throws(() => readItsdangerous(TOKEN, { ...options, secrets: [] }), RangeError)
})

test('[G01] what a small compressed token unfolds to is bounded, and read strictly', () => {
  const compressed = (json: string): string => signed(`.${deflateSync(json).toString('base64url')}.ZVPxAA`)
  assert.deepEqual(read256(compressed('{"a":1}')), { a: 1 })
  assert.throws(() => read256(compressed(`"${'x'.repeat(100_000)}"`)), refusal('token_invalid'))
  assert.throws(() => read256(compressed('{"a":1,"a":2}')), refusal('token_invalid'))
  assert.throws(() => read256(signed('.AAAA.ZVPxAA')), refusal('token_invalid'))
})

// Source: fernet/spec, verify.json and generate.json.
const FERNET_KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='
const FERNET = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='
const MADE_MS = Date.parse('1985-10-26T01:20:00-07:00')

const readAt = (ms: number, key: string = FERNET_KEY): string =>
  Buffer.from(readFernet(FERNET, { keys: [`${'A'.repeat(43)}=`, key], maxAgeSeconds: 60, clock: new ManualClock(ms) }).payload).toString()

test('[G01] a Fernet token is read by any key of the list, for its time', () => {
  assert.equal(readAt(MADE_MS), 'hello')
  assert.equal(readAt(MADE_MS + 60_000), 'hello')
  assert.throws(() => readAt(MADE_MS + 61_000), refusal('token_expired'))
  assert.equal(readAt(MADE_MS - 60_000), 'hello')
  assert.throws(() => readAt(MADE_MS - 61_000), refusal('token_invalid'))
})

test('[G01] every bit of a Fernet token counts', () => {
  const bytes = Buffer.from(FERNET, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
    const token = changed.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
    assert.throws(() => readFernet(token, { keys: [FERNET_KEY], maxAgeSeconds: Number.POSITIVE_INFINITY, clock }), AuthError)
  }
  assert.throws(() => readAt(MADE_MS, `${'E'.repeat(43)}=`), refusal('token_invalid'))
  assert.throws(() => readAt(MADE_MS, 'short'), RangeError)
})
