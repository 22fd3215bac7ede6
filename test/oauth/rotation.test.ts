import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { PASSWORD } from '../http/server-world.ts'
import { FollowingService } from './following-service.ts'
import { type OAuthWorld, onEachDatabase } from './oauth-world.ts'

const ROTATIONS = { SQLite: 30, PostgreSQL: 6 } as const
/** Of the keys that have signed, each third one is taken away while its tokens have minutes to live. */
const RETIRED_EVERY = 3

const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

onEachDatabase('key rotations under load', (open, _testOnce, database) => {
  const rotations = ROTATIONS[database]
  let world: OAuthWorld
  let service: FollowingService
  before(async () => {
    world = await open()
    service = await FollowingService.open(world)
  })
  after(async () => {
    service[Symbol.dispose]()
    await world[Symbol.asyncDispose]()
  })

  test(`[D01] [B30] [I09] ${rotations} of them: no request fails, no valid token is refused, and none of a retired key is accepted`, async (t) => {
    const application = await world.configured(await world.machine())
    const { email } = await world.server.person()
    let { refresh_token: refresh } = (await world.server.ask('POST', '/v1/sessions', { body: { email, password: PASSWORD } })).body
    const kinds: readonly (() => Promise<string>)[] = [
      async () => (await client.clientCredentialsGrant(application)).access_token,
      async () => (await client.clientCredentialsGrant(application)).access_token,
      async () => {
        const { status, body, text } = await world.server.ask('POST', '/v1/sessions/refresh', { body: { refresh_token: refresh } })
        assert.equal(status, 200, text)
        refresh = body.refresh_token
        return body.access_token
      },
    ]
    /** Keys whose end was asked for, and those of which the verifier has refused a token. */
    const ending = new Set<string>()
    const ended = new Set<string>()
    const kept: { readonly token: string; readonly kid: string }[] = []
    let isOver = false
    let verdicts = 0

    async function judge({ token, kid }: { readonly token: string; readonly kid: string }): Promise<void> {
      const wasEnded = ended.has(kid)
      const verdict = await service.verdictOn(token)
      verdicts += 1
      if (verdict === 'accepted') assert.ok(!wasEnded, `a token of ${kid} was accepted after that key had ended`)
      else assert.ok(ending.has(kid), `a valid token was refused: ${verdict}`)
      if (verdict !== 'accepted') ended.add(kid)
    }
    async function load(ask: () => Promise<string>): Promise<void> {
      while (!isOver) {
        const token = await ask()
        const given = { token, kid: kidOf(token) }
        kept.push(given)
        await judge(given)
        const old = kept[(verdicts * 7) % kept.length]
        if (old !== undefined) await judge(old)
      }
    }
    async function rotate(): Promise<void> {
      for (let n = 1; n <= rotations; n++) {
        const before = kept.at(-1)?.kid
        const reply = await world.server.local('POST', '/v1/signing-keys/rotate', { purpose: 'access-token' })
        assert.ok(reply.status < 300, reply.text)
        if (n % RETIRED_EVERY !== 0 || before === undefined || ending.has(before)) continue
        ending.add(before)
        assert.equal((await world.server.local('DELETE', `/v1/signing-keys/${before}`)).status, 204)
        const one = kept.find(({ kid }) => kid === before)
        const begun = performance.now()
        while (one !== undefined && (await service.verdictOn(one.token)) === 'accepted') {
          assert.ok(performance.now() - begun < 5_000, 'a token of a retired key is accepted')
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
        ended.add(before)
      }
    }

    const loads = kinds.map(load)
    try {
      await rotate()
    } finally {
      isOver = true
      await Promise.all(loads)
    }
    for (const each of kept) await judge(each)
    const keys = new Set(kept.map(({ kid }) => kid))
    t.diagnostic(`${kept.length} tokens of ${keys.size} keys, ${ended.size} retired, ${verdicts} verdicts`)
    assert.ok(keys.size > rotations / 2, `${keys.size} keys`)
    assert.ok(ended.size >= rotations / RETIRED_EVERY / 2, `${ended.size} retired`)
    const published = (await (await fetch(`${world.url}/.well-known/jwks.json`)).json()) as {
      readonly keys: readonly { readonly kid: string }[]
    }
    assert.deepEqual(
      published.keys.filter(({ kid }) => ended.has(kid)),
      [],
    )
  })
})
