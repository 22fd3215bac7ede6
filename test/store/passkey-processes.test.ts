// Two server processes on one PostgreSQL, and one answer of an authenticator.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { CrashingServer, type Reply } from '../fault/crashing-server.ts'
import { PASSWORD } from '../http/server-world.ts'
import { SoftwareAuthenticator } from '../http/software-authenticator.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

const ISSUER = 'https://auth.fleet.example'

suite('a passkey before two server processes', () => {
  let postgres: PostgresServer
  let one: CrashingServer
  let other: CrashingServer

  before(async () => {
    postgres = await startPostgres()
    const environment = {
      COUNTERSIGN_DATABASE: await postgres.createDatabase(),
      COUNTERSIGN_SECRET: randomBytes(32).toString('base64url'),
      COUNTERSIGN_ISSUER: ISSUER,
    }
    ;[one, other] = await Promise.all([CrashingServer.start(environment), CrashingServer.start(environment)])
  })
  after(async () => {
    await Promise.all([one[Symbol.asyncDispose](), other[Symbol.asyncDispose]()])
    await postgres[Symbol.asyncDispose]()
  })

  const optionsOf = ({ status, body }: Reply): unknown => {
    assert.equal(status, 201)
    return body['options']
  }
  const bothOften = (ask: (server: CrashingServer) => Promise<Reply>): Promise<readonly Reply[]> =>
    Promise.all(Array.from({ length: 12 }, (_, n) => ask(n % 2 === 0 ? one : other)))
  const countOf = (replies: readonly Reply[], verdict: number | string): number =>
    replies.filter(({ status, body }) => status === verdict || body['code'] === verdict).length

  async function tokenOf(email: string): Promise<string> {
    assert.equal((await one.send('POST', '/v1/users', { body: { email, password: PASSWORD } })).status, 201)
    return String((await other.send('POST', '/v1/sessions', { body: { email, password: PASSWORD } })).body['access_token'])
  }

  test('[H04] [J01] [I01] an enrolment and a signature, at once on both, count once, wherever the challenge was made', async () => {
    const token = await tokenOf('ann@fleet.example')
    // It does not count, so that nothing but the challenge tells two uses apart.
    const key = new SoftwareAuthenticator({ origin: ISSUER, synced: true })
    const made = key.create(optionsOf(await one.send('POST', '/v1/me/factors/passkeys', { token })))
    const enrolled = await bothOften((server) => server.send('POST', '/v1/me/factors/passkeys/confirm', { token, body: { passkey: made } }))
    assert.equal(countOf(enrolled, 201), 1)
    const passkey = key.get(optionsOf(await one.send('POST', '/v1/passkey-challenges', { body: {} })))
    const replies = await bothOften((server) => server.send('POST', '/v1/sessions', { body: { passkey } }))
    assert.deepEqual([countOf(replies, 201), countOf(replies, 'request_replayed')], [1, 11])
    assert.equal((await other.send('POST', '/v1/sessions', { body: { passkey } })).body['code'], 'request_replayed')
  })

  test('[H04] [J01] [I01] of a copied key’s signatures with one count, at once on both, one is taken', async () => {
    const token = await tokenOf('bob@fleet.example')
    const key = new SoftwareAuthenticator({ origin: ISSUER })
    const made = key.create(optionsOf(await other.send('POST', '/v1/me/factors/passkeys', { token })))
    assert.equal((await one.send('POST', '/v1/me/factors/passkeys/confirm', { token, body: { passkey: made } })).status, 201)
    const replies = await bothOften(async (server) => {
      const options = optionsOf(await server.send('POST', '/v1/passkey-challenges', { body: {} }))
      return server.send('POST', '/v1/sessions', { body: { passkey: key.get(options, { counter: 5 }) } })
    })
    assert.deepEqual([countOf(replies, 201), countOf(replies, 'credentials_invalid')], [1, 11])
  })
})
