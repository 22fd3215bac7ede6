// The table of decision 36: which step of a token request fails, and what is left behind.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { claimsOf, onEachDatabase, type OAuthWorld, type Person, REDIRECT, type RegisteredClient } from './oauth-world.ts'

type Form = Readonly<Record<string, string>>

interface Failure {
  readonly what: string
  readonly form?: Form
  readonly by?: RegisteredClient
  readonly proof?: string | undefined
  readonly error: string
}

onEachDatabase('a token request that fails', (open) => {
  let world: OAuthWorld
  let person: Person
  let registered: RegisteredClient
  let other: RegisteredClient
  let newProof: () => Promise<string>
  before(async () => {
    world = await open()
    person = await world.server.person()
    registered = await world.client({ requires_dpop: true })
    other = await world.client()
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    newProof = async () =>
      new SignJWT({ htm: 'POST', htu: `${world.url}/oauth/token`, jti: crypto.randomUUID() })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(publicKey) })
        .setIssuedAt()
        .sign(privateKey)
  })
  after(() => world[Symbol.asyncDispose]())

  async function ask(form: Form, proof: string | undefined, { id, secret = '' }: RegisteredClient = registered) {
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
    const headers = { authorization, ...(proof === undefined ? {} : { dpop: proof }) }
    const response = await fetch(`${world.url}/oauth/token`, { method: 'POST', headers, body: new URLSearchParams(form) })
    const body = (await response.json()) as { readonly error?: string; readonly access_token?: string; readonly refresh_token?: string }
    return { status: response.status, ...body }
  }

  /** One after the other, on the same code or refresh token. */
  async function fails(form: Form, failures: readonly Failure[]): Promise<void> {
    for (const { what, form: change = {}, by, error, ...given } of failures) {
      const proof = 'proof' in given ? given.proof : await newProof()
      const answer = await ask({ ...form, ...change }, proof, by)
      assert.deepEqual([answer.error, answer.access_token, answer.refresh_token], [error, undefined, undefined], what)
    }
  }

  test('[D01] [D03] [I01] leaves the code good, whatever fails, also what fails once the library has used it up', async () => {
    const { back, checks } = await world.consented(person, registered)
    const code = back.searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: checks.pkceCodeVerifier ?? '' }
    await fails(form, [
      { what: 'another verifier', form: { code_verifier: 'x'.repeat(43) }, error: 'invalid_grant' },
      { what: 'another address', form: { redirect_uri: `${REDIRECT}/` }, error: 'invalid_grant' },
      { what: 'another client', by: other, error: 'invalid_grant' },
      { what: 'another secret', by: { ...registered, secret: `${registered.secret}x` }, error: 'invalid_client' },
      { what: 'no proof', proof: undefined, error: 'invalid_grant' },
      { what: 'another resource', form: { resource: 'https://elsewhere.example' }, error: 'invalid_target' },
    ])
    const proof = await newProof()
    assert.equal((await ask({ ...form, resource: 'https://elsewhere.example' }, proof)).error, 'invalid_target')
    await fails(form, [{ what: 'a proof that a failed request has shown', proof, error: 'invalid_grant' }])
    const { status, access_token: token = '' } = await ask(form, await newProof())
    assert.equal(status, 200)
    assert.match(claimsOf(token).cnf.jkt, /^[\w-]{43}$/)
  })

  test('[D01] [D03] [I01] leaves the refresh token good, and hands out no successor', async () => {
    const { back, checks } = await world.consented(person, registered)
    const code = back.searchParams.get('code') ?? ''
    const redemption = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: checks.pkceCodeVerifier ?? '' }
    const { refresh_token = '' } = await ask(redemption, await newProof())
    const form = { grant_type: 'refresh_token', refresh_token }
    await fails(form, [
      { what: 'another client', by: other, error: 'invalid_grant' },
      { what: 'another secret', by: { ...registered, secret: `${registered.secret}x` }, error: 'invalid_client' },
      { what: 'no proof', proof: undefined, error: 'invalid_grant' },
      { what: 'more than was allowed', form: { scope: 'openid orders:read orders:write' }, error: 'invalid_scope' },
      {
        what: 'another resource, once the library has used it up',
        form: { resource: 'https://elsewhere.example' },
        error: 'invalid_target',
      },
    ])
    const first = await ask(form, await newProof())
    const second = await ask({ ...form, refresh_token: first.refresh_token ?? '' }, await newProof())
    assert.deepEqual([first.status, second.status], [200, 200])
  })
})
