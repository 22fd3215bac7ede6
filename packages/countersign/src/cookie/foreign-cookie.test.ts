import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../core/index.ts'
import { readCookieSignature, readExpressCookie, readKeygrip, readKoaCookie, unsafeSha1 } from './index.ts'

const invalid = (error: unknown): boolean => error instanceof AuthError && error.code === 'token_invalid'

// From test/index.js of tj/node-cookie-signature (MIT), at b7bd4cb.
test('[C08] what cookie-signature has signed is read, by whichever secret of the list', () => {
  const text = 'hello.DGDUkGlIkCzPz+C0B064FNgHdEjox7ch8tOBGslZ5QI'
  assert.deepEqual(readCookieSignature(text, ['tobiiscool']), { value: 'hello', isNewest: true })
  assert.deepEqual(readCookieSignature(text, ['newer', 'tobiiscool']), { value: 'hello', isNewest: false })
  assert.deepEqual(readExpressCookie(encodeURIComponent(`s:${text}`), ['tobiiscool']), { value: 'hello', isNewest: true })
  for (const changed of [`garbage${text}`, `${text}garbage`, `${text}=`, text.toLowerCase()]) {
    assert.throws(() => readCookieSignature(changed, ['tobiiscool']), invalid)
  }
  assert.throws(() => readCookieSignature(text, ['luna']), invalid)
  for (const unsigned of ['', 'hello', `j:${text}`, '%', text]) assert.throws(() => readExpressCookie(unsigned, ['tobiiscool']), AuthError)
})

// From test/keygrip.js of crypto-utils/keygrip (MIT), at 70be53a.
test('[C08] what keygrip has signed is read, with SHA-1 only where that is said', () => {
  const data = 'Keyboard Cat has a hat.'
  const keys = ['SEKRIT2', 'SEKRIT1']
  const sha1 = { keys, algorithm: 'sha1', [unsafeSha1]: true } as const
  assert.equal(readKeygrip(data, '_jl9qXYgk5AgBiKFOPYK073FMEQ', sha1).isNewest, true)
  assert.equal(readKeygrip(data, '34Sr3OIsheUYWKL5_w--zJsdSNk', sha1).isNewest, false)
  assert.throws(() => readKeygrip(data, 'xmM8HQl2eBtPP9nmZ7BK_wpqoxQ', sha1), invalid)
  assert.throws(() => readKeygrip(data, '_jl9qXYgk5AgBiKFOPYK073FMEQ', { keys, algorithm: 'sha1' }), TypeError)
  assert.equal(readKeygrip(data, 'pu97aPRZRLKi3-eANtIlTG_CwSc39mAcIZ1c6FxsGCk', { keys: ['SEKRIT1'], algorithm: 'sha256' }).isNewest, true)
})

test('[C08] the signature of one cookie of Koa is none for another', () => {
  const signature = 'IvjrvxoX44VF58n262R-6_Xf5eMH4cnF1RS1WaO3rqE'
  const options = { keys: ['new-key', 'old-key'], algorithm: 'sha256' } as const
  assert.deepEqual(readKoaCookie({ name: 'sid', value: 'abc123', signature }, options), { value: 'abc123', isNewest: true })
  assert.throws(() => readKoaCookie({ name: 'role', value: 'abc123', signature }, options), invalid)
})

test('no secret, or an empty one, is refused at once', () => {
  for (const secrets of [[], [''], ['a', '']]) {
    assert.throws(() => readCookieSignature('a.b', secrets), RangeError)
    assert.throws(() => readKeygrip('a', 'b', { keys: secrets, algorithm: 'sha256' }), RangeError)
  }
})
