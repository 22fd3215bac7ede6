import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as library from '@serenity-kit/opaque'
import { createVerifier } from 'countersign'
import { createOpaqueClient, type OpaqueSession, type SecretCredential, signingFetch } from 'countersign/client'
import { AuthError, systemPlatform } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { patientPlatform, untilSaid } from './patience.ts'
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

suite('requests of a session that began with OPAQUE', () => {
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
      platform: patientPlatform,
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
    assert.equal(await verdict(await fetch(new Request(first.clone(), { method: 'POST', body: '{"n":2}' }))), 'digest_mismatch')
    assert.equal(await verdict(await fetch(new Request(url.replace('x=1', 'x=2'), first.clone()))), 'signature_invalid')
    assert.equal((await world.local('POST', '/v1/revocations', { target: { kind: 'session', id: session.session.id } })).status, 201)
    await untilSaid('signature_invalid', async () => verdict(await post()))
    await close()
    verifier.close()
  })

  test('[A23] reach the server itself as well: without any token the session is seen, and ended', async () => {
    await using world = await ServerWorld.open()
    const client = createOpaqueClient({ baseUrl: world.url, library, keyStretching })
    await client.signUp({ email: 'mira@example.com', password: NEW_PASSWORD })
    const session = await client.signIn({ email: 'mira@example.com', password: NEW_PASSWORD })
    const { fetch: send } = signing(session)
    const me = await (await send(`${world.url}/v1/me`)).json()
    assert.equal(me.user?.id, session.user.id, JSON.stringify(me))
    assert.equal((await send(`${world.url}/v1/sessions/current`, { method: 'DELETE' })).status, 204)
    assert.equal((await send(`${world.url}/v1/me`)).status, 401)
  })

  test('[A23] are requests of the person: what takes a session takes them, and nothing that was exchanged for their key', async () => {
    await using world = await ServerWorld.open()
    const client = createOpaqueClient({ baseUrl: world.url, library, keyStretching })
    const account = { email: 'mira@example.com', password: NEW_PASSWORD }
    await client.signUp(account)
    const other = await client.signIn(account)
    const session = await client.signIn(account)
    const ask = (credential: SecretCredential) => {
      const send = signingFetch({ credential })
      return async (method: string, path: string, body?: unknown) => {
        const init = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
        const response = await send(world.url + path, { method, ...init })
        const text = await response.text()
        return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
      }
    }
    const itself = ask(session.credential)
    const { body: listed } = await itself('GET', '/v1/sessions')
    assert.deepEqual(listed.sessions.map(({ id }: { id: string }) => id).sort(), [other.session.id, session.session.id].sort())
    const made = await itself('POST', '/v1/access-keys', { name: 'ci' })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const { id } = made.body.access_key
    assert.equal((await itself('PATCH', `/v1/access-keys/${id}`, { name: 'cd' })).status, 200)
    assert.equal((await itself('GET', `/v1/access-keys/${id}`)).body.access_key.name, 'cd')
    const temporary = await itself('POST', '/v1/temporary-credentials', {})
    const token = await itself('POST', '/v1/temporary-credentials', { type: 'token' })
    const key = ({ access_key_id: keyId, secret_access_key: secret }: Record<string, string>): SecretCredential =>
      ({ keyId, secret }) as SecretCredential
    const lesser = {
      temporary: ask(key(temporary.body)),
      ordinary: ask({ keyId: id, secret: made.body.secret_access_key }),
      exchanged: (method: string, path: string, body?: unknown) => world.ask(method, path, { token: token.body.access_token, body }),
    }
    for (const [name, asked] of Object.entries(lesser)) {
      assert.equal((await asked('GET', '/v1/me')).status, 200, name)
      for (const [method, path, body] of [
        ['GET', '/v1/sessions'],
        ['DELETE', '/v1/sessions?except=current'],
        ['POST', '/v1/access-keys', { name: 'second' }],
        ['DELETE', `/v1/access-keys/${id}`],
        ['PUT', '/v1/me/password', { current_password: NEW_PASSWORD, new_password: PASSWORD }],
      ] as const) {
        const refused = await asked(method, path, body)
        assert.equal(refused.body?.code, 'session_required', `${name} ${method} ${path}`)
      }
    }
    assert.deepEqual((await itself('DELETE', '/v1/sessions?except=current')).body.ended, [other.session.id])
    assert.equal((await ask(other.credential)('GET', '/v1/me')).status, 401)
    assert.equal((await itself('DELETE', `/v1/access-keys/${id}`)).status, 204)
    assert.equal((await itself('DELETE', '/v1/sessions/current')).status, 204)
    assert.equal((await itself('GET', '/v1/sessions')).status, 401)
  })

  test('[A23] the client moves from a password that the server has seen to one that it has not, and on from there', async () => {
    await using world = await ServerWorld.open()
    const client = createOpaqueClient({ baseUrl: world.url, library, keyStretching })
    const { email, access_token: accessToken } = await world.person()
    const set = { email, currentPassword: PASSWORD, newPassword: NEW_PASSWORD }
    const moved = await client.setPassword({ ...set, accessToken, from: 'plain' })
    assert.equal(await world.verdictOn(moved.accessToken), '200')
    // Written with combining marks, as some keyboards do, it is the same password.
    const { tokens } = await client.signIn({ email, password: NEW_PASSWORD.normalize('NFD'), tokens: true })
    assert.ok(tokens !== undefined)
    const on = { email, currentPassword: NEW_PASSWORD, newPassword: PASSWORD, from: 'opaque', accessToken: tokens.accessToken } as const
    const next = await client.setPassword(on)
    assert.equal(await world.verdictOn(next.accessToken), '200')
    const isWrong = (error: unknown): boolean => error instanceof AuthError && error.code === 'credentials_invalid'
    await assert.rejects(client.signIn({ email, password: NEW_PASSWORD }), isWrong)
    await assert.rejects(client.signIn({ email: 'nobody@example.com', password: NEW_PASSWORD }), isWrong)
    await assert.rejects(client.setPassword({ ...on, accessToken: next.accessToken }), isWrong)
    await client.signIn({ email, password: PASSWORD })
  })
})
