import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as library from '@serenity-kit/opaque'
import { createVerifier } from 'countersign'
import { createOpaqueClient, type OpaqueSession, signingFetch } from 'countersign/client'
import { AuthError, systemClock, systemPlatform } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { PASSWORD, ServerWorld } from './server-world.ts'
import { signedMounts } from './signed-mount.ts'

const NEW_PASSWORD = 'Zwölf Boxkämpfer jagen Viktor'
const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 64, parallelism: 1 } } as const

/** As a database does, it remembers from before. */
function lastingStore(): ReplayStore {
  const claimed = new Set<string>()
  return {
    async claim(scope, id) {
      const before = claimed.size
      return claimed.add(`${scope} ${id}`).size > before
    },
  }
}

/** As a page signs, and what it has sent. */
function signing({ credential }: OpaqueSession): { readonly fetch: typeof globalThis.fetch; readonly sent: Request[] } {
  const sent: Request[] = []
  const send: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init)
    sent.push(request.clone())
    return globalThis.fetch(request)
  }
  return { fetch: signingFetch({ credential, platform: { ...systemPlatform, fetch: send } }), sent }
}

suite('requests of a session that began with OPAQUE', { timeout: 60_000 }, () => {
  const mount = signedMounts['node:http'] as (typeof signedMounts)[string]

  test('[A23] are signed with the derived key, once each, and end with the session', async () => {
    await using world = await ServerWorld.open()
    const client = createOpaqueClient({ baseUrl: world.url, library, keyStretching })
    const email = 'mira@example.com'
    const user = await client.signUp({ email, password: NEW_PASSWORD, name: 'Mira' })
    const session = await client.signIn({ email, password: NEW_PASSWORD, device: 'laptop' })
    assert.equal(session.user.id, user.id)
    const { credential } = await world.service()
    const verifier = createVerifier({
      issuer: world.url,
      audience: world.url,
      credential,
      signedRequests: { replay: lastingStore() },
    })
    await verifier.ready()
    const { port, close } = await mount(verifier, () => {})
    const url = `http://127.0.0.1:${port}/api/signed?x=1`
    const { fetch: send, sent } = signing(session)
    const post = () => send(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"n":1}' })
    const verdict = async (response: Response): Promise<string> => {
      const document = JSON.parse(await response.text())
      return response.ok ? document.user : document.code
    }
    assert.equal(await verdict(await post()), user.id)
    const [first] = sent
    assert.ok(first !== undefined)
    assert.equal(await verdict(await fetch(first.clone())), 'request_replayed')
    assert.equal(await verdict(await fetch(new Request(first.clone(), { body: '{"n":2}' }))), 'digest_mismatch')
    assert.equal(await verdict(await fetch(new Request(url.replace('x=1', 'x=2'), first.clone()))), 'signature_invalid')
    assert.equal((await world.local('POST', '/v1/revocations', { target: { kind: 'session', id: session.session.id } })).status, 201)
    const deadline = systemClock.now() + 5000
    let last = ''
    while (last !== 'signature_invalid' && systemClock.now() < deadline) last = await verdict(await post())
    assert.equal(last, 'signature_invalid')
    await close()
    verifier.close()
  })

  test('[A23] the client moves from a password that the server has seen to one that it has not, and on from there', async () => {
    await using world = await ServerWorld.open()
    const client = createOpaqueClient({ baseUrl: world.url, library, keyStretching })
    const { email, access_token: accessToken } = await world.person()
    const set = { email, currentPassword: PASSWORD, newPassword: NEW_PASSWORD }
    const moved = await client.setPassword({ ...set, accessToken, from: 'plain' })
    assert.equal(await world.verdictOn(moved.accessToken), '200')
    // Written with combining marks, as some keyboards do, it is the same password.
    await client.signIn({ email, password: NEW_PASSWORD.normalize('NFD') })
    const on = { email, currentPassword: NEW_PASSWORD, newPassword: PASSWORD, from: 'opaque', accessToken: moved.accessToken } as const
    const next = await client.setPassword(on)
    assert.equal(await world.verdictOn(next.accessToken), '200')
    const isWrong = (error: unknown): boolean => error instanceof AuthError && error.code === 'credentials_invalid'
    await assert.rejects(client.signIn({ email, password: NEW_PASSWORD }), isWrong)
    await assert.rejects(client.signIn({ email: 'nobody@example.com', password: NEW_PASSWORD }), isWrong)
    await assert.rejects(client.setPassword({ ...on, accessToken: next.accessToken }), isWrong)
    await client.signIn({ email, password: PASSWORD })
  })
})
