import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, systemPlatform } from 'countersign/core'
import { MasterSecret } from '../../signing/master-secret.ts'
import { OpaqueStates, STATE_LIFE_SECONDS } from './opaque-state.ts'

const secret = MasterSecret.parse('q3Lr9vYdT5wXz0KbNf8sJm1uHc7RgPe4AoIiUyTtxZ9wQ')
const other = MasterSecret.parse('Wn6ZkVx2GjQy8Ds5LfMr0CbHt9PuEa3iOpKlJhGfbY7cR')
const signIn = { user: 'usr_AAAAAAAAAAAAAAAAAAAAAA', generation: 1, login: 'A'.repeat(171), receipt: 'A'.repeat(63) }
const registration = { setup: 'AAAAAAAA', identifier: 'AAAAAAAAAAAAAAAAAAAAAA' }
const statesAt = (clock: ManualClock, of: MasterSecret = secret): OpaqueStates => new OpaqueStates(of, { ...systemPlatform, clock })
const refused = (error: unknown): boolean => error instanceof AuthError && error.code === 'request_invalid'

test('a state is opened by any server with the secret, until its time is over', () => {
  const clock = new ManualClock(1_800_000_000_000)
  const text = statesAt(clock).seal('sign_in', signIn)
  const { state, expiresAt } = statesAt(clock).open('sign_in', text)
  assert.deepEqual([state, expiresAt], [signIn, 1_800_000_000_000 + STATE_LIFE_SECONDS * 1000])
  assert.throws(() => statesAt(clock, other).open('sign_in', text), refused)
  clock.advance(STATE_LIFE_SECONDS * 1000 - 1)
  assert.deepEqual(statesAt(clock).open('sign_in', text).state, signIn)
  clock.advance(1)
  assert.throws(() => statesAt(clock).open('sign_in', text), refused)
})

test('[I17] the length says nothing of what is in it, and no two are alike', () => {
  const states = statesAt(new ManualClock(1_800_000_000_000))
  const nobody = { ...signIn, user: null }
  const texts = [
    states.seal('sign_in', signIn),
    states.seal('sign_in', nobody),
    states.seal('sign_in', nobody),
    states.seal('sign_in', { ...signIn, generation: Number.MAX_SAFE_INTEGER }),
    states.seal('registration', registration),
  ]
  assert.equal(new Set(texts.map(({ length }) => length)).size, 1)
  assert.equal(new Set(texts.map((text) => text.slice(0, 22))).size, texts.length)
})

test('a state of one kind is none of another, and no bit of it can be changed', () => {
  const states = statesAt(new ManualClock(1_800_000_000_000))
  const text = states.seal('registration', registration)
  assert.throws(() => states.open('sign_in', text), refused)
  for (let at = 0; at < text.length; at++) {
    const changed = text.slice(0, at) + (text[at] === 'B' ? 'C' : 'B') + text.slice(at + 1)
    assert.throws(() => states.open('registration', changed), refused)
  }
})
