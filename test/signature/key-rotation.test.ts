import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { newKeyPair, type SigningCredential, signingFetch } from 'countersign/client'
import { systemClock, systemPlatform } from 'countersign/core'
import { until } from '../http/patience.ts'
import { SignedWorld } from './signed-world.ts'

const tick = (): Promise<void> => new Promise((resolve) => void systemClock.after(5, resolve, { keepsProcess: true }))

suite('a signing fetch whose key is to be replaced', () => {
  let world: SignedWorld
  before(async () => {
    world = await SignedWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  const localChange = async (id: string, body: object): Promise<void> =>
    assert.equal((await world.server.local('PATCH', `/v1/access-keys/${id}`, body)).status, 200)
  const keyOf = async (response: Response): Promise<string> => {
    const document = await response.json()
    assert.equal(response.status, 200, JSON.stringify(document))
    return document.key
  }
  /** Asks until another key answers; every single request has to be let in. */
  async function successorOf(id: string, get: () => Promise<Response>): Promise<string> {
    let key = id
    await until('a successor', async () => {
      key = await keyOf(await get())
      return key !== id
    })
    return key
  }

  test('[A10] fetches the successor when an answer says so, and no request fails', async () => {
    const { id, secret } = await world.key()
    const kept: SigningCredential[] = []
    const fetch = signingFetch({ credential: { keyId: id, secret }, issuer: world.server.url, onRotated: (next) => void kept.push(next) })
    const get = (): Promise<Response> => fetch(`${world.origin}/orders`)
    assert.equal(await keyOf(await get()), id)
    await localChange(id, { rotate_by: new Date(systemClock.now() + 3_600_000).toISOString() })
    const successor = await successorOf(id, get)
    assert.deepEqual([kept.length, kept[0]?.keyId], [1, successor])
    assert.ok(kept[0] !== undefined && 'secret' in kept[0])
    assert.equal(await keyOf(await signingFetch({ credential: kept[0] })(`${world.origin}/orders`)), successor)
    assert.equal((await world.server.local('GET', `/v1/access-keys/${id}`)).body.access_key.successor, successor)
  })

  test('[A10] makes a new key pair where its key is a public one', async () => {
    const { privateKey, publicKey } = await newKeyPair()
    const { id } = await world.key({ public_key: publicKey })
    const fetch = signingFetch({ credential: { keyId: id, privateKey }, issuer: world.server.url })
    const get = (): Promise<Response> => fetch(`${world.origin}/orders`)
    await localChange(id, { rotate_by: new Date(systemClock.now() + 3_600_000).toISOString() })
    const successor = await successorOf(id, get)
    assert.equal(await keyOf(await get()), successor)
  })

  test('[A10] goes on with the old key when the new one does not come or cannot be kept, and is not busy with asking', async () => {
    const { id, secret } = await world.key({ rotate_every_seconds: 60 })
    await localChange(id, { rotate_by: new Date(systemClock.now() + 3_600_000).toISOString() })
    let questions = 0
    const send: typeof globalThis.fetch = (input, init) => {
      const { url } = new Request(input, init)
      if (!url.endsWith('/rotate')) return systemPlatform.fetch(input, init)
      questions++
      return Promise.reject(new TypeError('fetch failed'))
    }
    const fetch = signingFetch({
      credential: { keyId: id, secret },
      issuer: world.server.url,
      platform: { ...systemPlatform, fetch: send },
    })
    for (let turn = 0; turn < 5; turn++) {
      assert.equal(await keyOf(await fetch(`${world.origin}/orders`)), id)
      await tick()
    }
    assert.equal(questions, 1)
    const full = new Error('the disk is full')
    const forgetful = signingFetch({ credential: { keyId: id, secret }, issuer: world.server.url, onRotated: () => Promise.reject(full) })
    for (let turn = 0; turn < 5; turn++) {
      assert.equal(await keyOf(await forgetful(`${world.origin}/orders`)), id)
      await tick()
    }
  })

  test('[A10] leaves a key alone without an issuer', async () => {
    const { id, secret } = await world.key()
    await localChange(id, { rotate_by: new Date(systemClock.now() + 3_600_000).toISOString() })
    const fetch = signingFetch({ credential: { keyId: id, secret } })
    const response = await fetch(`${world.origin}/orders`)
    assert.ok(response.headers.has('countersign-key-rotate-by'))
    assert.equal(await keyOf(await fetch(`${world.origin}/orders`)), id)
  })
})

test('[A22] [A03] the server’s own API takes what the signing fetch sends, once', async () => {
  await using world = await SignedWorld.open()
  const { id, secret } = await world.key()
  let sent: Request | undefined
  const send: typeof globalThis.fetch = (input, init) => {
    sent = new Request(input, init)
    return systemPlatform.fetch(sent.clone())
  }
  const fetch = signingFetch({ credential: { keyId: id, secret }, platform: { ...systemPlatform, fetch: send } })
  const response = await fetch(`${world.server.url}/v1/me`)
  assert.equal(response.status, 200)
  assert.equal((await response.json()).user.id, world.person.user.id)
  const again = await systemPlatform.fetch(sent ?? assert.fail('nothing was sent'))
  assert.deepEqual([again.status, (await again.json()).code], [401, 'request_replayed'])
})
