import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { keySet, verificationKey } from 'countersign/key'
import { verifyAccessToken } from 'countersign/token'
import { ISSUER, openDomain } from '../account/contract/domain.ts'
import { AccessTokenIssuer } from './access-token-issuer.ts'

async function issuedFor(audience: readonly [string, ...string[]]) {
  const { keys, platform, addUser, signIn } = await openDomain()
  await addUser()
  const { session, subject } = await signIn()
  const { accessToken } = await new AccessTokenIssuer({ issuer: ISSUER, audience, keys, platform }).issue({ rev: 7, session, subject })
  const published = keySet(keys.published('access-token').map(verificationKey))
  const now = Math.floor(platform.clock.now() / 1000)
  return (audience: string) => verifyAccessToken(accessToken, published, { issuer: ISSUER, audience, algorithms: ['ES256'], now }).claims
}

test('one audience stands in the token as a text, several as a list', async () => {
  const one = await issuedFor(['https://a.example'])
  assert.equal(one('https://a.example').aud, 'https://a.example')
  const two = await issuedFor(['https://a.example', 'https://b.example'])
  assert.deepEqual(two('https://b.example').aud, ['https://a.example', 'https://b.example'])
})

test('[I22] a token is accepted by nobody but its audience', async () => {
  const one = await issuedFor(['https://a.example'])
  assert.throws(
    () => one('https://b.example'),
    (error) => error instanceof AuthError && error.code === 'token_invalid',
  )
})

test('a user without roles and groups has a token that names none', async () => {
  const claims = (await issuedFor([ISSUER]))(ISSUER)
  assert.equal(claims.rev, 7)
  for (const name of ['scope', 'roles', 'groups']) assert.equal(name in claims, false)
})
