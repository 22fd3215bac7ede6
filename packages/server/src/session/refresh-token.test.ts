import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, systemRandom } from 'countersign/core'
import fc from 'fast-check'
import { MasterSecret, newMasterSecret } from '../signing/master-secret.ts'
import { parseRefreshToken, RefreshTokens } from './refresh-token.ts'
import type { Session } from './session.ts'

const first = newMasterSecret(systemRandom)
const second = newMasterSecret(systemRandom)
const tokens = new RefreshTokens(MasterSecret.parse(first))

const session = (changes: Partial<Session> = {}): Session => ({
  id: 'ses_AAAAAAAAAAAAAAAAAAAAAA',
  user: 'usr_1',
  client: 'first-party',
  device: { name: undefined, userAgent: undefined, address: undefined },
  createdAt: 0,
  authenticatedAt: 0,
  amr: ['pwd'],
  generation: 7,
  rotatedAt: 0,
  rotatedBy: undefined,
  salt: 'c2FsdHNhbHRzYWx0c2FsdA',
  keyId: tokens.newestKeyId,
  expiresAt: 1e12,
  idleExpiresAt: 1e12,
  dpopKey: undefined,
  ...changes,
})

const refusedAsInvalid = (error: unknown): boolean => error instanceof AuthError && error.code === 'refresh_invalid'

test('a refresh token is computed from the session row and is authentic for it', () => {
  const presented = parseRefreshToken(tokens.currentOf(session()))
  assert.deepEqual({ session: presented.session, generation: presented.generation }, { session: session().id, generation: 7 })
  assert.ok(tokens.isAuthentic(presented, session()))
})

const foreign: ReadonlyArray<readonly [name: string, row: Session]> = [
  ['another session', session({ id: 'ses_BAAAAAAAAAAAAAAAAAAAAA' })],
  ['another salt', session({ salt: 'b3RoZXJvdGhlcm90aGVybw' })],
]
for (const [name, row] of foreign) {
  test(`[I22] a refresh token is not authentic for ${name}`, () => {
    assert.equal(tokens.isAuthentic(parseRefreshToken(tokens.currentOf(session())), row), false)
  })
}

test('a token with another generation written into it is not authentic', () => {
  const forged = tokens.currentOf(session()).replace('.7.', '.8.')
  for (const generation of [6, 7, 8, 9]) assert.equal(tokens.isAuthentic(parseRefreshToken(forged), session({ generation })), false)
})

test('[G05] tokens outlive the rotation of the master secret while the old one is in the list, and no longer', () => {
  const token = parseRefreshToken(tokens.currentOf(session()))
  const both = new RefreshTokens(MasterSecret.parse(`${second} ${first}`))
  assert.ok(both.isAuthentic(token, session()))
  // The next generation is made by the new key; the retry of the one before is still recognised.
  const rotated = session({ generation: 8, keyId: both.newestKeyId })
  assert.ok(both.isAuthentic(token, rotated))
  assert.ok(both.isAuthentic(parseRefreshToken(both.currentOf(rotated)), rotated))
  const fresh = new RefreshTokens(MasterSecret.parse(second))
  assert.equal(fresh.isAuthentic(token, session()), false)
  assert.throws(() => fresh.currentOf(session()), refusedAsInvalid)
})

test('a current generation made by another key than the row names was never issued', () => {
  const both = new RefreshTokens(MasterSecret.parse(`${second} ${first}`))
  const row = session({ keyId: both.newestKeyId })
  assert.equal(both.isAuthentic(parseRefreshToken(tokens.currentOf(session())), row), false)
})

const good = tokens.currentOf(session())
const malformed: ReadonlyArray<readonly [name: string, text: string]> = [
  ['nothing', ''],
  ['white space around', ` ${good}`],
  ['a line break behind', `${good}\n`],
  ['one character less', good.slice(0, -1)],
  ['one character more', `${good}A`],
  ['another prefix', good.replace('cs_rt_', 'cs_at_')],
  ['a leading zero in the generation', good.replace('.7.', '.07.')],
  ['generation zero', good.replace('.7.', '.0.')],
  ['a negative generation', good.replace('.7.', '.-7.')],
  ['an exponent', good.replace('.7.', '.7e1.')],
  ['eleven digits', good.replace('.7.', '.12345678901.')],
  ['padding', `${good.slice(0, -1)}=`],
  ['a megabyte', 'cs_rt_'.repeat(170_000)],
]
for (const [name, text] of malformed) {
  test(`a refresh token with ${name} is refused as refresh_invalid`, () => {
    assert.throws(() => parseRefreshToken(text), refusedAsInvalid)
  })
}

test('[I11] whatever text comes, the parser yields a token in its one canonical form or refuses with refresh_invalid', () => {
  const nearly = fc
    .tuple(fc.nat(good.length), fc.string({ unit: 'binary', maxLength: 3 }))
    .map(([at, junk]) => good.slice(0, at) + junk + good.slice(at + junk.length))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        nearly,
        fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
      ),
      (text) => {
        try {
          const { session: id, generation, mac } = parseRefreshToken(text)
          assert.equal(`cs_rt_${id.slice(4)}.${generation}.${mac}`, text)
        } catch (error) {
          if (!refusedAsInvalid(error)) throw error
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('[I11] no changed token is authentic', () => {
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.constantFrom(...'ABCXYZabcxyz0189-_.'), (at, character) => {
      const changed = good.slice(0, at) + character + good.slice(at + 1)
      if (changed === good) return
      try {
        assert.equal(tokens.isAuthentic(parseRefreshToken(changed), { ...session(), id: parseRefreshToken(changed).session }), false)
      } catch (error) {
        if (!refusedAsInvalid(error)) throw error
      }
    }),
    { numRuns: 1000 },
  )
})
