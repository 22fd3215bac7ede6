// Two servers on one PostgreSQL, and one link. What is written to people is read from the outbox of whichever server has sent it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, suite, test } from 'node:test'
import { codeIn, type Mail, tokenIn } from '../http/mailbox.ts'
import { PASSWORD, type Reply, ServerWorld } from '../http/server-world.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

const AT_ONCE = 50
const TRIES = 2000

suite('a link before two servers', () => {
  let postgres: PostgresServer
  let servers: readonly [ServerWorld, ServerWorld]

  before(async () => {
    postgres = await startPostgres()
    const options = {
      database: await postgres.createDatabase(),
      secret: randomBytes(32).toString('base64url'),
      issuer: 'https://auth.fleet.example',
      trustedProxies: ['127.0.0.1'],
    }
    servers = [await ServerWorld.open(options), await ServerWorld.open(options)]
  })
  after(async () => {
    await Promise.all(servers.map((each) => each[Symbol.asyncDispose]()))
    await postgres[Symbol.asyncDispose]()
  })

  let strangers = 0
  const ask = (server: ServerWorld, path: string, body: unknown): Promise<Reply> =>
    server.ask('POST', path, { body, headers: { 'x-forwarded-for': `198.51.100.${(strangers++ % 250) + 1}` } })
  const onBoth = (path: string, bodyOf: (n: number) => unknown): Promise<readonly Reply[]> =>
    Promise.all(Array.from({ length: AT_ONCE }, (_, n) => ask(servers[n % 2 === 0 ? 0 : 1], path, bodyOf(n))))
  const countOf = (replies: readonly Reply[], verdict: number | string): number =>
    replies.filter(({ status, body }) => status === verdict || body?.code === verdict).length

  async function mailTo(address: string, subject: RegExp): Promise<Mail> {
    for (let turn = 0; turn < TRIES; turn++) {
      for (const server of servers) {
        const { body } = await server.local('GET', '/v1/mails')
        const found = body.mails.find((each: Mail) => each.to === address && subject.test(each.subject))
        if (found !== undefined) return (await server.local('GET', `/v1/mails/${found.id}`)).body.mail
      }
      await pause(5)
    }
    throw new Error(`no mail to ${address}`)
  }
  async function account(email: string): Promise<{ readonly email: string; readonly verification: string }> {
    assert.equal((await ask(servers[0], '/v1/users', { email, password: PASSWORD })).status, 201)
    return { email, verification: tokenIn(await mailTo(email, /Confirm your address/)) }
  }

  test('[G03] [J01] [I01] of fifty resets with one link, at once on both, one sets its password, and every other one is refused', async () => {
    const { email } = await account('ann@fleet.example')
    const session = await servers[1].signIn(email)
    await ask(servers[1], '/v1/password-resets', { email })
    const token = tokenIn(await mailTo(email, /Choose a new/))
    const password = (n: number): string => `the walk of day ${n} on the beach`
    const replies = await onBoth('/v1/password-resets/confirm', (n) => ({ token, password: password(n) }))
    assert.deepEqual([countOf(replies, 204), countOf(replies, 'link_invalid')], [1, AT_ONCE - 1])
    const winner = replies.findIndex(({ status }) => status === 204)
    for (const server of servers) await server.signIn(email, password(winner))
    assert.equal(await servers[0].refreshVerdictOn(session.refresh_token), 'refresh_invalid')
  })

  test('[G02] [J01] [I01] of fifty sign-ins with one magic link and its code, at once on both, one succeeds', async () => {
    const { email, verification } = await account('bob@fleet.example')
    assert.equal((await ask(servers[0], '/v1/email-verifications/confirm', { token: verification })).status, 200)
    const { request } = (await ask(servers[0], '/v1/magic-links', { email })).body
    const mail = await mailTo(email, /^Sign in/)
    const proofs = [{ token: tokenIn(mail) }, { request, code: codeIn(mail) }]
    const replies = await onBoth('/v1/magic-links/confirm', (n) => proofs[n % 3 === 0 ? 1 : 0])
    assert.equal(countOf(replies, 201), 1)
    for (const { status, body } of replies) assert.ok(status === 201 || ['link_invalid', 'rate_limited'].includes(body.code), body.code)
  })

  test('[G03] [J01] [I01] an address is proven once by fifty who use its link at once on both', async () => {
    const { verification: token } = await account('cleo@fleet.example')
    const replies = await onBoth('/v1/email-verifications/confirm', () => ({ token }))
    assert.deepEqual([countOf(replies, 200), countOf(replies, 'link_invalid')], [1, AT_ONCE - 1])
  })

  test('[G03] [J01] one address is written to five times an hour by both together', async () => {
    const replies = await onBoth('/v1/password-resets', () => ({ email: 'dora@fleet.example' }))
    assert.deepEqual([countOf(replies, 202), countOf(replies, 'rate_limited')], [5, AT_ONCE - 5])
  })
})
