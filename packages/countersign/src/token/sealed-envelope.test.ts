import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, type RefusalCode } from '../core/index.ts'
import { createTimedTokens } from './timed-token.ts'

const key = Buffer.alloc(32, 1)
const oldKey = Buffer.alloc(32, 2)
const purpose = 'download/1'
const options = { keys: [key], purpose, encrypted: true } as const
const refusedAs = (code: RefusalCode) => (error: unknown) => error instanceof AuthError && error.code === code

test('[A20] an encrypted handle says who and when to its maker, for one minute, to the millisecond', () => {
  const clock = new ManualClock(1_800_000_000_000)
  const handles = createTimedTokens({ ...options, clock })
  const handle = handles.sign({ user: 'usr_1', note: 'é"\\' }, { expiresInSeconds: 60 })
  clock.advance(59_999)
  assert.deepEqual(handles.verify(handle), { user: 'usr_1', note: 'é"\\' })
  clock.advance(1)
  assert.throws(() => handles.verify(handle), refusedAs('token_expired'))
})

test('[A20] nobody reads it, two of one content differ, and the length tells users of usual names not apart', () => {
  const handles = createTimedTokens({ ...options, clock: new ManualClock(0) })
  const users = ['usr_1', 'usr_1', 'usr_something_longer']
  const made = users.map((user) => handles.sign({ user }, { expiresInSeconds: 60 }))
  assert.equal(new Set(made).size, 3)
  assert.equal(new Set(made.map(({ length }) => length)).size, 1)
  for (const [at, handle] of made.entries()) {
    assert.match(handle, /^[\w-]+$/)
    assert.ok(!Buffer.from(handle, 'base64url').includes(users[at] ?? ''))
  }
})

test('[A20] every changed character is found, and what is none of ours is refused', () => {
  const handles = createTimedTokens({ ...options, clock: new ManualClock(0) })
  const handle = handles.sign({ user: 'usr_1' }, { expiresInSeconds: 60 })
  for (let index = 0; index < handle.length; index++) {
    const changed = handle.slice(0, index) + (handle[index] === 'A' ? 'B' : 'A') + handle.slice(index + 1)
    assert.throws(() => handles.verify(changed), AuthError)
  }
  for (const other of ['', '.', handle.slice(0, -4), `${handle}AAAA`, `${handle}=`, 'A'.repeat(10_000)]) {
    assert.throws(() => handles.verify(other), AuthError)
  }
})

test('[A20] the first key seals, every key opens, a removed key does not', () => {
  const clock = new ManualClock(0)
  const before = createTimedTokens({ ...options, keys: [oldKey], clock }).sign({ n: 1 }, { expiresInSeconds: 60 })
  assert.deepEqual(createTimedTokens({ ...options, keys: [key, oldKey], clock }).verify(before), { n: 1 })
  assert.throws(() => createTimedTokens({ ...options, clock }).verify(before), refusedAs('token_invalid'))
})

test('[I22] a handle of one purpose, and a signed token of the same purpose, are worthless for another', () => {
  const clock = new ManualClock(0)
  const handles = createTimedTokens({ ...options, clock })
  const handle = handles.sign({ n: 1 }, { expiresInSeconds: 60 })
  assert.throws(() => createTimedTokens({ ...options, purpose: 'upload/1', clock }).verify(handle), refusedAs('token_invalid'))
  const signed = createTimedTokens({ keys: [key], purpose, clock })
  assert.throws(() => signed.verify(handle), AuthError)
  assert.throws(() => handles.verify(signed.sign({ n: 1 }, { expiresInSeconds: 60 })), AuthError)
})

test('a payload that makes too long a token is refused when it is made', () => {
  const clock = new ManualClock(0)
  for (const encrypted of [false, true]) {
    const tokens = createTimedTokens({ ...options, encrypted, clock })
    assert.throws(() => tokens.sign({ text: 'x'.repeat(4096) }, { expiresInSeconds: 60 }), RangeError)
  }
})
