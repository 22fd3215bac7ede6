import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import { hiddenSecret, newKeyPair, type SigningCredential, type SigningFetchOptions, signingFetch } from 'countersign/client'
import { ManualClock, type Platform, systemPlatform } from 'countersign/core'
import { MemoryReplayStore } from 'countersign/replay'
import { signedMounts } from '../http/signed-mount.ts'
import { KEY, SignedService } from '../http/signed-service.ts'

const credential: SigningCredential = { keyId: KEY.id, secret: KEY.secret ?? '' }
const FIVE_MINUTES_MS = 300_000

/** A client with a clock of its own, which counts what it sends. */
class Device {
  readonly clock: ManualClock
  readonly sent: Request[] = []
  readonly fetch: typeof globalThis.fetch
  readonly #url: string

  constructor(service: SignedService, offsetMs = 0, options: Partial<SigningFetchOptions> = {}) {
    this.clock = new ManualClock(service.clock.now() + offsetMs)
    this.#url = `http://${service.host}/api`
    const send = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
      const request = new Request(input, init)
      this.sent.push(request)
      return systemPlatform.fetch(request)
    }
    const platform: Platform = { ...systemPlatform, clock: this.clock, fetch: send }
    this.fetch = signingFetch({ credential, platform, ...options })
  }

  get(path: string, init?: RequestInit): Promise<Response> {
    return this.fetch(this.#url + path, init)
  }
}

const mount = signedMounts['node:http'] ?? (() => assert.fail('no mount'))
const json = { 'content-type': 'application/json' }

for (const [name, framework] of Object.entries(signedMounts)) {
  test(`[A22] [A07] what the signing fetch sends is let in behind ${name}, with every kind of body`, async () => {
    await using service = await SignedService.open(framework)
    const device = new Device(service)
    const bodies: readonly (BodyInit | undefined)[] = [
      '{"order":7}',
      new TextEncoder().encode('{"order":7}'),
      new Blob(['{"order":7}']),
      new Blob(['{"order":7}']).stream(),
    ]
    assert.equal((await device.get('/signed?b=2&a=%20x')).status, 200)
    assert.equal((await device.get('/signed#part')).status, 200)
    for (const body of bodies) {
      const response = await device.get('/signed', { method: 'POST', headers: json, ...(body === undefined ? {} : { body }) })
      assert.deepEqual(await response.json(), { user: 'usr_ann', client: KEY.id, methods: ['signature'], body: { order: 7 } })
    }
    assert.equal(device.sent.length, 6)
    assert.equal(service.handled, 6)
  })
}

suite('a signing fetch', () => {
  test('[A22] signs a Request as it is, covers what it is told to, and leaves the nonce to no one', async () => {
    await using service = await SignedService.open(mount)
    const device = new Device(service, 0, { cover: ['X-Tenant'] })
    const request = new Request(`http://${service.host}/api/covered`, { headers: { 'x-tenant': 'a' } })
    assert.equal((await device.fetch(request)).status, 200)
    assert.equal((await device.fetch(request)).status, 200)
    const [first, second] = device.sent.map(({ headers }) => headers.get('signature-input'))
    assert.match(first ?? '', /"x-tenant"\);created=\d+;nonce="[0-9a-f]{32}";keyid="CSK\w+\/\d{8}"/)
    assert.notEqual(first, second)
    assert.equal((await device.get('/covered')).status, 401)
  })

  for (const [words, offsetMs] of [
    ['ahead', FIVE_MINUTES_MS],
    ['behind', -FIVE_MINUTES_MS],
  ] as const) {
    test(`[A02] a clock that is five minutes ${words} costs one request more, once`, async () => {
      await using service = await SignedService.open(mount)
      const device = new Device(service, offsetMs)
      const post = { method: 'POST', headers: json, body: '{"order":7}' }
      assert.equal((await device.get('/signed', post)).status, 200)
      assert.equal(device.sent.length, 2)
      for (let count = 0; count < 5; count++) assert.equal((await device.get('/signed', post)).status, 200)
      assert.equal(device.sent.length, 7)
      // Set right again, the clock is off by as much on the other side: once more.
      device.clock.advance(2 * FIVE_MINUTES_MS)
      assert.equal((await device.get('/signed')).status, 200)
      assert.equal(device.sent.length, 9)
    })
  }

  test('[A02] the day of the key follows the corrected clock', async () => {
    await using service = await SignedService.open(mount)
    const device = new Device(service, 26 * 3_600_000)
    assert.equal((await device.get('/signed')).status, 200)
    assert.equal(device.sent.length, 2)
  })

  test('[A02] a service that never has enough of the time is asked twice, and then once each time', async () => {
    await using service = await SignedService.open(mount)
    const clock = new ManualClock(service.clock.now())
    let count = 0
    const refuse = async (): Promise<Response> => {
      const document = { code: 'request_expired', server_time_epoch: 1_000 * ++count }
      return Response.json(document, { status: 401 })
    }
    const fetch = signingFetch({ credential, platform: { ...systemPlatform, clock, fetch: refuse } })
    assert.equal((await fetch('https://api.example/')).status, 401)
    assert.equal(count, 2)
    for (let turn = 0; turn < 3; turn++) await fetch('https://api.example/')
    assert.equal(count, 5)
    clock.advance(60_000)
    await fetch('https://api.example/')
    assert.equal(count, 7)
  })

  test('[A02] a service that has just started, and forgot what it took before, gets the request once more', async () => {
    await using service = await SignedService.open(mount, { replay: (clock) => new MemoryReplayStore({ clock }) })
    const device = new Device(service, -1000)
    const response = await device.get('/signed')
    assert.equal(response.status, 200)
    assert.equal(device.sent.length, 2)
  })

  test('a refusal for another reason is handed on, and nothing is sent again', async () => {
    await using service = await SignedService.open(mount)
    const device = new Device(service, 0, { credential: { ...credential, secret: `${KEY.secret}x` } })
    const response = await device.get('/signed')
    assert.deepEqual([response.status, (await response.json()).code], [401, 'signature_invalid'])
    assert.equal(device.sent.length, 1)
  })

  test('a body over the limit is refused before anything is sent', async () => {
    await using service = await SignedService.open(mount)
    const device = new Device(service, 0, { bodyLimitBytes: 10 })
    await assert.rejects(device.get('/signed', { method: 'POST', body: new Blob(['x'.repeat(11)]).stream() }), RangeError)
    assert.equal(device.sent.length, 0)
  })

  test('a redirect is not followed: a signature is for one URL', async () => {
    await using service = await SignedService.open(mount)
    const device = new Device(service)
    await device.get('/signed')
    assert.equal(device.sent[0]?.redirect, 'error')
    await device.get('/signed', { redirect: 'manual' })
    assert.equal(device.sent[1]?.redirect, 'manual')
  })

  test('[A22] a secret that was made unreadable signs as before', async () => {
    await using service = await SignedService.open(mount)
    const secret = await hiddenSecret(KEY.secret ?? '')
    assert.equal(secret.extractable, false)
    const device = new Device(service, 0, { credential: { keyId: KEY.id, secret } })
    assert.equal((await device.get('/signed')).status, 200)
  })

  for (const algorithm of [
    'Ed25519',
    { name: 'ECDSA', namedCurve: 'P-256' },
    { name: 'ECDSA', namedCurve: 'P-384' },
    { name: 'RSA-PSS', hash: 'SHA-512', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
  ] as const) {
    const name =
      typeof algorithm === 'string' ? algorithm : [algorithm.name, 'namedCurve' in algorithm ? algorithm.namedCurve : ''].join(' ')
    test(`[A07] [A22] a private key that cannot be exported signs: ${name}`, async () => {
      const { privateKey, publicKey } = await newKeyPair(algorithm)
      assert.equal(privateKey.extractable, false)
      assert.equal(
        ['d', 'k', 'p'].some((member) => member in publicKey),
        false,
      )
      const { secret: _secret, ...rest } = KEY
      await using service = await SignedService.open(mount, { keys: [{ ...rest, publicJwk: publicKey }] })
      const device = new Device(service, 0, { credential: { keyId: KEY.id, privateKey } })
      assert.equal((await device.get('/signed', { method: 'POST', headers: json, body: '{}' })).status, 200)
    })
  }

  test('a private key that signs no HTTP messages is refused when the fetch is made', async () => {
    const { privateKey } = await globalThis.crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-521' }, false, ['sign', 'verify'])
    assert.throws(() => signingFetch({ credential: { keyId: 'k', privateKey } }), RangeError)
  })

  test('an issuer that would send a new secret in the clear is refused', () => {
    for (const issuer of ['http://auth.example.com', 'http://127.0.0.1.example.com', 'auth.example.com'])
      assert.throws(() => signingFetch({ credential, issuer }), issuer)
    for (const issuer of ['https://auth.example.com', 'http://127.0.0.1:4000', 'http://[::1]']) signingFetch({ credential, issuer })
  })

  test('[A22] a key of node:crypto becomes one that this fetch takes', async () => {
    const pair = generateKeyPairSync('ed25519')
    const privateKey = await globalThis.crypto.subtle.importKey('jwk', pair.privateKey.export({ format: 'jwk' }), 'Ed25519', false, [
      'sign',
    ])
    const { secret: _secret, ...rest } = KEY
    await using service = await SignedService.open(mount, {
      keys: [{ ...rest, publicJwk: { ...pair.publicKey.export({ format: 'jwk' }) } }],
    })
    const device = new Device(service, 0, { credential: { keyId: KEY.id, privateKey } })
    assert.equal((await device.get('/signed')).status, 200)
  })
})
