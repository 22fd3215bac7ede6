import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { createVerifier, type Requirement, type TokenAuthority, unsafeAcceptStale } from 'countersign'
import { ManualClock, systemPlatform } from 'countersign/core'
import { statusHandler as expressStatus } from 'countersign/express'
import { statusHandler as fastifyStatus } from 'countersign/fastify'
import { statusHandler as honoStatus } from 'countersign/hono'
import { statusHandler as nodeStatus } from 'countersign/node'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { FollowingService, verdict } from './authority-world.ts'
import { AUDIENCE, FakeIssuer, ISSUER } from './fake-issuer.ts'
import { followIssuer, GuardedService } from './guarded-service.ts'
import { mounts } from './mount.ts'
import { ServerWorld } from './server-world.ts'

const ask: Requirement = { freshness: { maxAgeSeconds: 5, whenStale: 'ask' } }

/** Answers when the test lets it; says that every token but the dead ones is alive. */
class TestAuthority implements TokenAuthority {
  readonly asked: string[] = []
  readonly dead = new Set<string>()
  /** Questions are answered one by one, by `answer`. */
  isHeld = false
  readonly #held: (() => void)[] = []

  async introspect(token: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    this.asked.push(token)
    const alive = !this.dead.has(token)
    if (this.isHeld) await new Promise<void>((resolve) => this.#held.push(resolve))
    return alive ? {} : undefined
  }

  answer(): void {
    this.#held.shift()?.()
  }
}

const turn = (): Promise<void> => new Promise(setImmediate)

suite('a route that asks the issuer when its verifier is stale', () => {
  test('[B40] [I06] gets right answers while the feed is dead and the issuer lives, and 503 when that is dead too', async () => {
    await using world = await ServerWorld.open()
    const { credential } = await world.service()
    using service = await FollowingService.open(world, credential)
    const [good, revoked] = [await world.person(), await world.person()]
    for (const { access_token } of [good, revoked]) assert.equal(await service.verdictOn(access_token, ask), '200')
    assert.deepEqual(service.asked, [], 'a fresh verifier asks nobody')
    service.cutFeed()
    await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: revoked.user.id } })
    service.clock.advance(61_000)
    for (let time = 0; time < 2; time++) {
      assert.equal(await service.verdictOn(good.access_token), 'revocation_unknown')
      assert.equal(await service.verdictOn(good.access_token, ask), '200')
      assert.equal(await service.verdictOn(revoked.access_token, ask), 'token_revoked')
    }
    const successor = await world.refresh(good.refresh_token)
    assert.equal(await service.verdictOn(successor.access_token, ask), '200', 'issued after what the verifier knows')
    assert.equal(service.asked.filter((token) => token === good.access_token).length, 2, 'for each request anew')
    await world.stop()
    assert.equal(await service.verdictOn(good.access_token, ask), 'revocation_unknown')
    assert.equal(await service.verdictOn('a.b.c', ask), 'credential_malformed')
  })

  test('[B28] asks for critical routes only, and never about what is forged or revoked already', async () => {
    const authority = new TestAuthority()
    const { clock, issuer, verifier } = await followIssuer({ authority })
    const [token, revoked] = [issuer.token(), issuer.token({ jti: 'tok_bad' })]
    issuer.revoke('token', 'tok_bad')
    issuer.isSilent = true
    clock.advance(10_000)
    assert.equal(await verdict(verifier, token), '200')
    assert.equal(await verdict(verifier, token, { freshness: 'strict' }), 'revocation_unknown')
    assert.equal(await verdict(verifier, revoked, ask), 'token_revoked')
    assert.equal(await verdict(verifier, new FakeIssuer(clock, 'https://evil.example').token(), ask), 'revocation_unknown')
    assert.equal(await verdict(verifier, `${token.slice(0, -8)}AAAAAAAA`, ask), 'token_invalid')
    assert.equal(
      await verdict(verifier, issuer.token({ exp: clock.now() / 1000 - 60, iat: clock.now() / 1000 - 90 }), ask),
      'token_expired',
    )
    assert.deepEqual(authority.asked, [])
    assert.equal(await verdict(verifier, token, ask), '200')
    assert.equal(await verdict(verifier, token, { ...ask, role: 'admin' }), 'role_insufficient')
    assert.equal(authority.asked.length, 2)
  })

  test('an answer counts only for requests that came before it was asked for: the others share the next', async () => {
    const authority = new TestAuthority()
    const { clock, issuer, verifier } = await followIssuer({ authority })
    const token = issuer.token()
    issuer.isSilent = true
    clock.advance(10_000)
    authority.isHeld = true
    const first = verdict(verifier, token, ask)
    await turn()
    // Revoked and acknowledged while the first question is on its way back.
    authority.dead.add(token)
    const later = Array.from({ length: 50 }, () => verdict(verifier, token, ask))
    await turn()
    assert.equal(authority.asked.length, 1)
    authority.answer()
    assert.equal(await first, '200')
    await turn()
    authority.answer()
    assert.deepEqual(new Set(await Promise.all(later)), new Set(['token_revoked']))
    assert.equal(authority.asked.length, 2)
  })

  test('waits for a second and no longer, and too many questions at once are refused as overload', async () => {
    const authority = new TestAuthority()
    const { clock, issuer, verifier } = await followIssuer({ authority })
    const tokens = Array.from({ length: 257 }, () => issuer.token())
    for (const token of tokens) assert.equal(await verdict(verifier, token), '200')
    issuer.isSilent = true
    clock.advance(10_000)
    authority.isHeld = true
    const answers = tokens.map((token) => verdict(verifier, token, ask))
    const again = verdict(verifier, tokens[0] as string, ask)
    await turn()
    assert.equal(await answers[256], 'overloaded')
    assert.equal(authority.asked.length, 256)
    clock.advance(999)
    await turn()
    clock.advance(1)
    assert.deepEqual(new Set(await Promise.all([...answers.slice(0, 256), again])), new Set(['revocation_unknown']))
    authority.isHeld = false
    assert.equal(await verdict(verifier, tokens[256] as string, ask), '200')
  })

  test('is answered 503 when there is nobody to ask', async () => {
    const { clock, issuer, verifier } = await followIssuer()
    issuer.isSilent = true
    clock.advance(10_000)
    assert.equal(await verdict(verifier, issuer.token(), ask), 'revocation_unknown')
  })
})

suite('a route that goes on without its issuer', () => {
  const accept: Requirement = { freshness: { maxAgeSeconds: 5, whenStale: unsafeAcceptStale(600) } }

  test('[B40] a short outage never stops ordinary routes; a long one never un-revokes, and stops the rest at its bound', async () => {
    const { clock, issuer, verifier } = await followIssuer()
    const life = { exp: Math.floor(clock.now() / 1000) + 3600 }
    const [token, revoked] = [issuer.token(life), issuer.token({ ...life, sub: 'usr_bob' })]
    issuer.revoke('user', 'usr_bob')
    issuer.isSilent = true
    for (let second = 1; second <= 700; second++) {
      clock.advance(1000)
      assert.equal(await verdict(verifier, token), second <= 60 ? '200' : 'revocation_unknown', `ordinary after ${second} s`)
      assert.equal(await verdict(verifier, token, accept), second <= 600 ? '200' : 'revocation_unknown', `accepting after ${second} s`)
      assert.notEqual(await verdict(verifier, revoked, accept), '200')
      if (second <= 600) assert.equal(await verdict(verifier, revoked, accept), 'token_revoked')
    }
    issuer.isSilent = false
    issuer.heartbeat()
    assert.equal(await verdict(verifier, token, { freshness: 'strict' }), '200')
    assert.equal(await verdict(verifier, revoked, accept), 'token_revoked')
  })

  test('[I06] accepts nothing on the strength of a log that was never loaded', async () => {
    const clock = new ManualClock(1_900_000_000_000)
    const issuer = new FakeIssuer(clock)
    const platform = { ...systemPlatform, clock, fetch: async () => Promise.reject(new TypeError('fetch failed')) }
    const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE, credential: 'cs_svc_x', platform })
    assert.equal(await verdict(verifier, issuer.token(), accept), 'revocation_unknown')
    assert.equal(await verdict(verifier, issuer.token(), ask), 'revocation_unknown')
    verifier.close()
  })

  test('can be had by its dangerous name only, and within bounds', async () => {
    const { verifier, issuer } = await followIssuer()
    for (const seconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 86_401]) assert.throws(() => unsafeAcceptStale(seconds), RangeError)
    for (const freshness of [
      { maxAgeSeconds: 5, whenStale: 'accept' },
      { maxAgeSeconds: 5, whenStale: { seconds: 60 } },
      { maxAgeSeconds: 5, whenstale: 'ask' },
      { whenStale: 'ask' },
      'sometimes',
    ]) {
      const requirement = { freshness } as unknown as Requirement
      await assert.rejects(
        verdict(verifier, issuer.token(), requirement),
        (error) => error instanceof TypeError || error instanceof RangeError,
      )
    }
  })
})

suite('a route that re-checks with the issuer although its verifier is fresh', () => {
  async function open(): Promise<{
    readonly count: (token: string, requirement: Requirement, requests: number) => Promise<number>
    readonly issuer: FakeIssuer
    readonly authority: TestAuthority
    readonly pass: (seconds: number) => void
  }> {
    const authority = new TestAuthority()
    const { clock, issuer, verifier } = await followIssuer({ authority })
    return {
      issuer,
      authority,
      pass: (seconds) => {
        for (let second = 0; second < seconds; second++) {
          clock.advance(1000)
          issuer.heartbeat()
        }
      },
      /** How often the issuer was asked meanwhile. */
      count: async (token, requirement, requests) => {
        const before = authority.asked.length
        for (let request = 0; request < requests; request++) assert.equal(await verdict(verifier, token, requirement), '200')
        return authority.asked.length - before
      },
    }
  }

  test('[B33] every N requests: the first, and then each N-th', async () => {
    const { count, issuer } = await open()
    const [one, other] = [issuer.token(), issuer.token()]
    assert.equal(await count(one, { recheck: { everyRequests: 10 } }, 1), 1)
    assert.equal(await count(one, { recheck: { everyRequests: 10 } }, 9), 0)
    assert.equal(await count(one, { recheck: { everyRequests: 10 } }, 91), 10)
    assert.equal(await count(other, { recheck: { everyRequests: 10 } }, 10), 1)
    assert.equal(await count(one, { recheck: { everyRequests: 1 } }, 5), 5)
    assert.equal(await count(one, {}, 100), 0)
  })

  test('[B33] after a part of the token’s life, and again after as much', async () => {
    const { count, issuer, pass } = await open()
    const token = issuer.token()
    const recheck = { afterLifeFraction: 0.4 }
    assert.equal(await count(token, { recheck }, 10), 0)
    pass(119)
    assert.equal(await count(token, { recheck }, 10), 0)
    pass(1)
    assert.equal(await count(token, { recheck }, 10), 1)
    pass(119)
    assert.equal(await count(token, { recheck }, 10), 0)
    pass(1)
    assert.equal(await count(token, { recheck }, 10), 1)
  })

  test('[B24] not within N seconds of issue, then once, and then not for as long', async () => {
    const { count, issuer, pass } = await open()
    const token = issuer.token()
    const recheck = { notWithinSeconds: 30 }
    assert.equal(await count(token, { recheck }, 10), 0)
    pass(29)
    assert.equal(await count(token, { recheck }, 10), 0)
    pass(1)
    assert.equal(await count(token, { recheck }, 10), 1)
    pass(29)
    assert.equal(await count(token, { recheck }, 10), 0)
    pass(1)
    assert.equal(await count(token, { recheck: { ...recheck, everyRequests: 100 } }, 10), 0, 'both conditions have to be met')
    assert.equal(await count(token, { recheck }, 10), 1)
  })

  test('[B24] what the issuer calls dead is refused from then on, and what it does not answer is 503', async () => {
    const authority = new TestAuthority()
    const { issuer, verifier, clock } = await followIssuer({ authority })
    const [dead, unanswered] = [issuer.token(), issuer.token()]
    const recheck = { everyRequests: 2 }
    assert.equal(await verdict(verifier, dead, { recheck }), '200')
    authority.dead.add(dead)
    assert.equal(await verdict(verifier, dead, { recheck }), '200')
    for (let time = 0; time < 3; time++) assert.equal(await verdict(verifier, dead, { recheck }), 'token_revoked')
    authority.isHeld = true
    const waiting = verdict(verifier, unanswered, { recheck })
    await turn()
    clock.advance(1000)
    assert.equal(await waiting, 'revocation_unknown')
  })

  test('[B33] through a real issuer, and about an opaque token not twice for one request', async () => {
    await using world = await ServerWorld.open({ accessTokenForm: 'opaque' })
    const { credential } = await world.service()
    using service = await FollowingService.open(world, credential)
    const { access_token } = await world.person()
    for (let time = 0; time < 6; time++) assert.equal(await service.verdictOn(access_token, { recheck: { everyRequests: 3 } }), '200')
    assert.equal(service.asked.length, 2)
    for (let time = 0; time < 3; time++) assert.equal(await service.verdictOn(access_token, { recheck: { everyRequests: 1 } }), '200')
    assert.equal(service.asked.length, 5)
  })

  test('says when, or is no re-check', async () => {
    const { verifier, issuer } = await followIssuer()
    for (const recheck of [
      {},
      { everyRequests: 0 },
      { everyRequests: 1.5 },
      { afterLifeFraction: 1 },
      { notWithinSeconds: 0 },
      { every: 1 },
      null,
    ]) {
      const requirement = { recheck } as unknown as Requirement
      await assert.rejects(
        verdict(verifier, issuer.token(), requirement),
        (error) => error instanceof TypeError || error instanceof RangeError,
      )
    }
  })
})

for (const [name, mount] of Object.entries(mounts)) {
  test(`[B40] an answer behind ${name} says that it was given in grace, and how old the knowledge was; a fresh one says nothing`, async () => {
    await using service = await GuardedService.open(mount)
    const token = service.issuer.token()
    assert.equal((await service.get('/orders', token)).headers.has('countersign-freshness'), false)
    service.issuer.isSilent = true
    service.clock.advance(12_500)
    const { status, headers } = await service.get('/orders', token)
    assert.deepEqual([status, headers.get('countersign-freshness')], [200, 'grace; age=12'])
    service.issuer.isSilent = false
    service.issuer.heartbeat()
    assert.equal((await service.get('/orders', token)).headers.has('countersign-freshness'), false)
  })
}

test('[B40] a status handler answers 200 while ordinary routes decide and 503 when they do not, in each framework', async () => {
  const { clock, issuer, verifier } = await followIssuer()
  const node = createServer(nodeStatus(verifier))
  const express = createServer((request, response) => expressStatus(verifier)(request, response))
  await Promise.all([node, express].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))))
  const app = fastify()
  app.get('/status', fastifyStatus(verifier))
  const hono = new Hono()
  hono.get('/status', honoStatus(verifier))
  const over = async (server: typeof node) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/status`)

  async function answers(): Promise<void> {
    const injected = await app.inject('/status')
    const responses = [await over(node), await over(express), await hono.request('/status')]
    const documents = await Promise.all(responses.map((response) => response.json()))
    const { state, ageMs, position, reason } = verifier.status()
    for (const document of [...documents, injected.json()]) {
      assert.deepEqual(document, { issuer: ISSUER, state, age_seconds: Math.floor(ageMs / 1000), position, reason: reason ?? null })
    }
    const expected = state === 'stale' ? 503 : 200
    assert.deepEqual([...responses.map(({ status }) => status), injected.statusCode], [expected, expected, expected, expected])
    for (const { headers } of responses) assert.equal(headers.get('cache-control'), 'no-store')
  }

  await answers()
  issuer.revoke('user', 'usr_bob')
  issuer.isSilent = true
  clock.advance(20_000)
  assert.equal(verifier.status().state, 'grace')
  await answers()
  clock.advance(60_000)
  assert.equal(verifier.status().state, 'stale')
  await answers()
  for (const server of [node, express]) {
    server.close()
    server.closeAllConnections()
  }
  await app.close()
})
