import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { until } from '../http/patience.ts'
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
    // An answer is always used; whoever is late on a busy machine is no thief.
    world = await open({ refreshOverlapSeconds: 60 })
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
    const { config, ...given } = await world.tokens(await world.server.person(), await world.client())
    let held: { readonly access_token: string; readonly refresh_token?: string | undefined } = given
    const kinds: readonly (() => Promise<string>)[] = [
      async () => (await client.clientCredentialsGrant(application)).access_token,
      // By the protocol library, which looks at whatever has a parameter that nobody knows.
      async () => (await client.clientCredentialsGrant(application, { unknown: 'x' })).access_token,
      async () => {
        held = await client.refreshTokenGrant(config, held.refresh_token ?? '')
        return held.access_token
      },
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
        await until('a token of the new key', () => kept.at(-1)?.kid !== before)
        if (n % RETIRED_EVERY !== 0 || before === undefined || ending.has(before)) continue
        ending.add(before)
        assert.equal((await world.server.local('DELETE', `/v1/signing-keys/${before}`)).status, 204)
        const one = kept.find(({ kid }) => kid === before)
        assert.ok(one !== undefined)
        await until('a token of a retired key is refused', async () => (await service.verdictOn(one.token)) !== 'accepted')
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
    assert.ok(keys.size >= rotations, `${keys.size} keys`)
    assert.equal(ended.size, rotations / RETIRED_EVERY)
    const published = (await (await fetch(`${world.url}/.well-known/jwks.json`)).json()) as {
      readonly keys: readonly { readonly kid: string }[]
    }
    assert.deepEqual(
      published.keys.filter(({ kid }) => ended.has(kid)),
      [],
    )
  })
})
