import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { type KeygripOptions, readCookieSignature, readExpressCookie, readKeygrip, readKoaCookie, unsafeSha1 } from 'countersign/cookie'
import { hasVectors, vectors } from './published-vectors.ts'

interface SignatureCase {
  readonly lib: 'cookie-signature'
  readonly value?: string
  readonly secretUtf8?: string
  readonly secretHex?: string
  readonly signed: string
  readonly expect?: string | false
}

interface KeygripCase {
  readonly lib: 'keygrip' | 'keygrip+cookies'
  readonly data?: string
  readonly name?: string
  readonly value?: string
  readonly keys: readonly string[]
  readonly algorithm: 'sha1' | 'sha256'
  readonly encoding?: 'base64url' | 'hex'
  readonly signature: string
  readonly keyIndex: number
}

interface CookieVectors {
  readonly cases: readonly (SignatureCase | KeygripCase)[]
}

const refused = (error: unknown): boolean => error instanceof AuthError

function checkSignature({ signed, secretHex, secretUtf8 = '', value, expect = value }: SignatureCase): void {
  const secret = secretHex === undefined ? secretUtf8 : Buffer.from(secretHex, 'hex')
  if (expect === false) assert.throws(() => readCookieSignature(signed, [secret]), refused)
  else assert.deepEqual(readCookieSignature(signed, [secret]), { value: expect, isNewest: true })
}

function checkKeygrip({ data, name = '', value = '', signature, keyIndex, keys, algorithm, encoding }: KeygripCase): void {
  const options: KeygripOptions = { keys, algorithm, encoding: encoding === 'hex' ? 'hex' : 'base64', [unsafeSha1]: true }
  const read = (): boolean =>
    data === undefined ? readKoaCookie({ name, value, signature }, options).isNewest : readKeygrip(data, signature, options).isNewest
  if (keyIndex < 0) assert.throws(read, refused)
  else assert.equal(read(), keyIndex === 0)
}

test('[C08] every published row of cookie-signature and keygrip is read or refused as they do', (context) => {
  if (!hasVectors(context)) return
  const { cases } = vectors<CookieVectors>('cookies/vectors.json')
  assert.equal(cases.length, 19)
  for (const row of cases) {
    if (row.lib === 'cookie-signature') checkSignature(row)
    else checkKeygrip(row)
  }
})

const require = createRequire(import.meta.url)
/** The packages themselves, of which only these members are used here. */
const cookieSignature: { sign(value: string, secret: string): string } = require('cookie-signature')
const Keygrip: new (keys: readonly string[], algorithm?: string, encoding?: string) => { sign(data: string): string } = require('keygrip')

const values = ['', 'x', 'a.b.c', 'user=7&role=admin', 'j:{"a":1}', 'é ☂', 'x'.repeat(1_000)]

test('[C08] what the installed packages sign is read, and under another secret it is not', () => {
  for (const value of values) {
    const signed = cookieSignature.sign(value, 'old secret')
    assert.deepEqual(readCookieSignature(signed, ['new secret', 'old secret']), { value, isNewest: false })
    assert.deepEqual(readExpressCookie(encodeURIComponent(`s:${signed}`), ['old secret']), { value, isNewest: true })
    assert.throws(() => readCookieSignature(signed, ['new secret']), refused)
    for (const [algorithm, encoding] of [
      ['sha1', 'base64'],
      ['sha256', 'base64'],
      ['sha256', 'hex'],
      ['sha512', 'base64'],
    ] as const) {
      const signature = new Keygrip(['old'], algorithm, encoding).sign(`sid=${value}`)
      const options = { keys: ['new', 'old'], algorithm, encoding, [unsafeSha1]: true } as const
      assert.deepEqual(readKoaCookie({ name: 'sid', value, signature }, options), { value, isNewest: false })
      assert.throws(() => readKoaCookie({ name: 'sid', value, signature }, { ...options, keys: ['new'] }), refused)
    }
  }
})
