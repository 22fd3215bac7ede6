import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createSessionClient, dpopFetch, memoryStorage, newKeyPair, type SessionClient } from 'countersign/client'
import { type Platform, systemClock, systemPlatform } from 'countersign/core'
import { PASSWORD, ServerWorld } from './server-world.ts'

interface Page {
  readonly client: SessionClient
  readonly platform: Platform
  readonly storage: ReturnType<typeof memoryStorage>
  /** The refusals that its requests got, `200` for none. */
  readonly answers: string[]
}

async function page(world: ServerWorld, from: Partial<Platform> = {}, storage: Page['storage'] = memoryStorage()): Promise<Page> {
  const answers: string[] = []
  const send: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init)
    answers.push(response.ok ? '200' : (await response.clone().json()).code)
    return response
  }
  const real = { ...systemPlatform, ...from, fetch: send }
  const platform = { ...real, fetch: dpopFetch({ key: await newKeyPair(), platform: real }) }
  return { client: createSessionClient({ baseUrl: world.url, storage, platform }), platform, storage, answers }
}

const codeOf = async (response: Response): Promise<string> => (response.ok ? '200' : (await response.json()).code)

suite('a session client whose requests prove a key', () => {
  test('[A15] [D03] signs in, asks, refreshes and signs out, and what it stores is of no use elsewhere', async () => {
    await using world = await ServerWorld.open()
    const { email } = await world.person()
    const { client, storage } = await page(world)
    await client.signIn({ email, password: PASSWORD })
    const stolen = JSON.parse(String(await storage.getItem(`countersign:${world.url}`)))
    assert.equal(stolen.tokenType, 'DPoP')
    assert.equal(await world.verdictOn(stolen.accessToken), 'token_invalid')
    assert.equal(await world.refreshVerdictOn(stolen.refreshToken), 'proof_invalid')
    const thief = await page(world, {}, storage)
    assert.equal(await codeOf(await thief.client.fetch(`${world.url}/v1/me`)), 'proof_invalid')
    const me = await (await client.fetch(`${world.url}/v1/me?`)).json()
    assert.equal(me.user.email, email)
    await client.refresh()
    assert.notEqual(await client.accessToken(), stolen.accessToken)
    assert.equal(await codeOf(await client.fetch(new Request(`${world.url}/v1/sessions`))), '200')
    const { body } = await world.local('GET', `/v1/sessions?user=${me.user.id}`)
    const others = body.sessions.length
    await client.signOut()
    assert.equal((await world.local('GET', `/v1/sessions?user=${me.user.id}`)).body.sessions.length, others - 1)
  })

  test('[A15] learns the nonce of a server from its first refusal, and asks once from then on', async () => {
    await using world = await ServerWorld.open({ dpopNonces: true })
    const { email } = await world.person()
    const { client, answers } = await page(world)
    await client.signIn({ email, password: PASSWORD })
    assert.deepEqual(answers, ['proof_nonce_required', '200'])
    assert.equal(await codeOf(await client.fetch(`${world.url}/v1/me`)), '200')
    const body = JSON.stringify({ name: 'laptop' })
    const made = await client.fetch(`${world.url}/v1/access-keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    assert.equal(made.status, 201)
    assert.deepEqual(answers.slice(2), ['200', '200'])
  })

  test('[A15] learns the time of a server from a refusal, also where that asks for a nonce first', async () => {
    await using world = await ServerWorld.open({ dpopNonces: true })
    const { email } = await world.person()
    const clock = { ...systemClock, now: () => systemClock.now() + 600_000 }
    const { client, answers } = await page(world, { clock })
    await client.signIn({ email, password: PASSWORD })
    assert.deepEqual(answers, ['proof_nonce_required', 'request_expired', '200'])
    assert.equal(await codeOf(await client.fetch(`${world.url}/v1/me`)), '200')
    assert.equal(answers.length, 4)
  })

  test('sends what can be read once only once, and follows no redirect', async () => {
    await using world = await ServerWorld.open({ dpopNonces: true })
    const { platform, answers } = await page(world)
    const body = new Blob(['{"email":"a@example.com","password":"x"}']).stream()
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' }
    assert.equal(await codeOf(await platform.fetch(`${world.url}/v1/sessions`, init as RequestInit)), 'proof_nonce_required')
    assert.deepEqual(answers, ['proof_nonce_required'])
    const modes: (string | undefined)[] = []
    const watched: Platform = { ...systemPlatform, fetch: async (_url, sent) => (modes.push(sent?.redirect), new Response()) }
    await dpopFetch({ key: await newKeyPair('Ed25519'), platform: watched })('https://api.example/')
    assert.deepEqual(modes, ['error'])
  })

  test('a key of another kind makes no proofs', async () => {
    const key = await newKeyPair({ name: 'ECDSA', namedCurve: 'P-384' })
    assert.throws(() => dpopFetch({ key }), RangeError)
  })
})
