import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64url } from '../core/base64url.ts'
import { AuthError, ManualClock, type RefusalCode } from '../core/index.ts'
import { hmacKey, hmacSha256Base64url } from '../crypto/index.ts'
import { derivePurposeKey } from '../key/index.ts'
import { MemoryReplayStore } from '../replay/index.ts'
import { createTimedTokens } from './timed-token.ts'

const key = Buffer.alloc(32, 1)
const oldKey = Buffer.alloc(32, 2)
const purpose = 'magic-link/1'
const refusedAs = (code: RefusalCode) => (error: unknown) => error instanceof AuthError && error.code === code

test('[G01] a timed token gives its payload back until it expires, to the millisecond', () => {
  const clock = new ManualClock(1_800_000_000_000)
  const tokens = createTimedTokens({ keys: [key], purpose, clock })
  const token = tokens.sign({ user: 'usr_1', note: 'é"\\' }, { expiresInSeconds: 60 })
  clock.advance(59_999)
  assert.deepEqual(tokens.verify(token), { user: 'usr_1', note: 'é"\\' })
  clock.advance(1)
  assert.throws(() => tokens.verify(token), refusedAs('token_expired'))
})

test('[G01] the first key signs, every key verifies, a removed key does not', () => {
  const clock = new ManualClock(0)
  const before = createTimedTokens({ keys: [oldKey], purpose, clock }).sign({ n: 1 }, { expiresInSeconds: 60 })
  const rotated = createTimedTokens({ keys: [key, oldKey], purpose, clock })
  assert.deepEqual(rotated.verify(before), { n: 1 })
  const removed = createTimedTokens({ keys: [key], purpose, clock })
  assert.deepEqual(removed.verify(rotated.sign({ n: 2 }, { expiresInSeconds: 60 })), { n: 2 })
  assert.throws(() => removed.verify(before), refusedAs('token_invalid'))
})

test('[G01] [I22] a token of one purpose is worthless for another', () => {
  const clock = new ManualClock(0)
  const token = createTimedTokens({ keys: [key], purpose, clock }).sign({ n: 1 }, { expiresInSeconds: 60 })
  assert.throws(() => createTimedTokens({ keys: [key], purpose: 'password-reset/1', clock }).verify(token), refusedAs('token_invalid'))
})

test('[G01] every changed character is found', () => {
  const tokens = createTimedTokens({ keys: [key], purpose, clock: new ManualClock(0) })
  const token = tokens.sign({ n: 1 }, { expiresInSeconds: 60 })
  for (let index = 0; index < token.length; index++) {
    const changed = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1)
    assert.throws(() => tokens.verify(changed), AuthError)
  }
  for (const other of ['', '.', token.slice(0, -1), `${token}.`, `${token}=`, `.${token}`, 'a'.repeat(10_000)]) {
    assert.throws(() => tokens.verify(other), AuthError)
  }
})

test('a signed body of another shape is refused, whoever signed it', () => {
  const tokens = createTimedTokens({ keys: [key], purpose, clock: new ManualClock(0) })
  const signer = hmacKey(derivePurposeKey(key, `timed-token/${purpose}`))
  for (const text of [
    '{}',
    '[]',
    '["9e99",{}]',
    '[1e400,{}]',
    '[9e99,[]]',
    '[9e99,null]',
    'x',
    '[9e99,{"a":1,"a":2}]',
    '[9e99,{},1]',
    '[9e99,{},"id",1]',
  ]) {
    const body = `1.${encodeBase64url(Buffer.from(text))}`
    assert.throws(() => tokens.verify(`${body}.${hmacSha256Base64url(signer, body)}`), refusedAs('token_invalid'))
  }
})

test('no key, or a short one, is refused at once', () => {
  const clock = new ManualClock(0)
  assert.throws(() => createTimedTokens({ keys: [], purpose, clock }), RangeError)
  assert.throws(() => createTimedTokens({ keys: [key, Buffer.from('secret')], purpose, clock }), RangeError)
})

test('[G01] [I01] a token that is good once is redeemed by one of all who show it, and never by verify', async () => {
  const clock = new ManualClock(1_800_000_000_000)
  const replay = new MemoryReplayStore({ clock })
  for (const encrypted of [false, true]) {
    const tokens = createTimedTokens({ keys: [key], purpose: `once-${encrypted}/1`, clock, replay, encrypted })
    const token = tokens.sign({ user: 'usr_1' }, { expiresInSeconds: 60, once: true })
    assert.throws(() => tokens.verify(token), refusedAs('token_invalid'))
    const shown = await Promise.allSettled(Array.from({ length: 20 }, () => tokens.redeem(token)))
    const taken = shown.filter((each) => each.status === 'fulfilled')
    assert.deepEqual(taken, [{ status: 'fulfilled', value: { user: 'usr_1' } }])
    for (const each of shown) if (each.status === 'rejected') assert.ok(refusedAs('link_invalid')(each.reason))
    await assert.rejects(tokens.redeem(tokens.sign({ n: 1 }, { expiresInSeconds: 60 })), refusedAs('token_invalid'))
    const late = tokens.sign({ n: 2 }, { expiresInSeconds: 60, once: true })
    clock.advance(60_000)
    await assert.rejects(tokens.redeem(late), refusedAs('token_expired'))
  }
})

test('[G01] a token without an end, or good once where nothing is remembered, is not made; nor is another version read', () => {
  const tokens = createTimedTokens({ keys: [key], purpose, clock: new ManualClock(0) })
  for (const expiresInSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => tokens.sign({}, { expiresInSeconds }), RangeError)
  assert.throws(() => tokens.sign({}, { expiresInSeconds: 60, once: true }), RangeError)
  const token = tokens.sign({}, { expiresInSeconds: 60 })
  assert.match(token, /^1\.[\w-]+\.[\w-]{43}$/)
  for (const other of [token.slice(2), `2${token.slice(1)}`]) assert.throws(() => tokens.verify(other), refusedAs('credential_malformed'))
})
