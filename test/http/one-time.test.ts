import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createVerifier, type StaticAccessKey } from 'countersign'
import { systemClock } from 'countersign/core'
import { MemoryReplayStore, type ReplayStore } from 'countersign/replay'
import { createOneTimeSigner, type OneTimeSigner, oneTimeKey } from 'countersign/signature'
import { patientPlatform } from './patience.ts'
import { ServerWorld } from './server-world.ts'
import { bytesOf, type Call, sendBytes } from './signed-call.ts'
import { signedMounts } from './signed-mount.ts'
import { KEY, SignedService } from './signed-service.ts'

const key = oneTimeKey(Buffer.alloc(32, 7), { leaves: 32 })
const DEVICE: StaticAccessKey = { id: 'CSKDEVICEFGHIJKLMNOP', publicJwk: key.publicJwk, service: 'meter' }
const POST: Call = { method: 'POST', target: '/api/signed?x=1', headers: { 'content-type': 'application/json' }, body: '{"kwh":7}' }
const GET: Call = { method: 'GET', target: '/api/signed' }

/** As a database does, it outlives what uses it. */
function lastingStore(): ReplayStore {
  const claimed = new Set<string>()
  return {
    async claim(scope, id) {
      const name = `${scope} ${id}`
      const isFirst = !claimed.has(name)
      claimed.add(name)
      return isFirst
    },
  }
}

function deviceSigner(keyId: string = DEVICE.id): OneTimeSigner {
  let next = 0
  return createOneTimeSigner({ keyId, key, leaves: { take: async () => next++ } })
}

async function signed(signer: OneTimeSigner, call: Call, host: string): Promise<Call> {
  const { method, target, headers = {}, body } = call
  const contentType = headers['content-type'] ?? ''
  const authorization = await signer.sign({ method, target, scheme: 'http', authority: host, contentType }, Buffer.from(body ?? ''))
  return { ...call, headers: { ...headers, authorization } }
}

for (const [name, mount] of Object.entries(signedMounts)) {
  suite(`one-time signatures behind ${name}`, () => {
    const open = (replay: ReplayStore = lastingStore()) => SignedService.open(mount, { keys: [DEVICE, KEY], replay: () => replay })

    test('[A16] a leaf works once, whatever the time is on the device or here', async () => {
      await using service = await open()
      const signer = deviceSigner()
      const early = bytesOf(await signed(signer, POST, service.host), service.host)
      const response = JSON.parse((await service.accepts(early)).body)
      assert.deepEqual(response, { client: DEVICE.id, methods: ['signature'], body: { kwh: 7 } })
      await service.refuses(early, 'request_replayed')
      const late = bytesOf(await signed(signer, GET, service.host), service.host)
      service.clock.advance(20 * 86_400_000)
      service.issuer.heartbeat()
      await new Promise(setImmediate)
      await service.accepts(late)
      await service.refuses(early, 'request_replayed')
    })

    test('[A16] a leaf that has signed one request signs no other', async () => {
      await using service = await open()
      const call = await signed(deviceSigner(), POST, service.host)
      for (const changed of [
        { ...call, method: 'PUT' },
        { ...call, target: '/api/signed?x=2' },
      ]) {
        await service.refuses(bytesOf(changed, service.host), 'signature_invalid')
      }
      await service.refuses(bytesOf({ ...call, body: '{"kwh":8}' }, service.host), 'digest_mismatch')
      await service.accepts(bytesOf(call, service.host))
    })
  })
}

suite('one-time signatures', () => {
  const mount = signedMounts['node:http'] as (typeof signedMounts)[string]
  const open = (replay: ReplayStore) => SignedService.open(mount, { keys: [DEVICE, KEY], replay: () => replay })

  test('[A16] of 64 copies at once, sent to two processes that share a store, one is let in', async () => {
    const store = lastingStore()
    await using one = await open(store)
    await using other = await open(store)
    const bytes = bytesOf(await signed(deviceSigner(), POST, 'api.example'), 'api.example')
    const answers = await Promise.all(Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? one : other).send(bytes)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    assert.equal(answers.filter(({ body }) => body.includes('request_replayed')).length, 63)
  })

  test('[A16] a store that forgets with its process takes no one-time signatures', async () => {
    const forgetful = (): ReplayStore => new MemoryReplayStore({ clock: systemClock })
    await assert.rejects(SignedService.open(mount, { replay: forgetful, signedRequests: { forms: ['one-time'] } }), /outlives its process/)
    await using service = await open(forgetful())
    const response = await service.send(bytesOf(await signed(deviceSigner(), POST, service.host), service.host))
    assert.equal(response.status, 401)
    assert.equal(service.handled, 0)
  })

  test('[A16] a key that is none, one that has a secret, and one that was cut off are refused alike', async () => {
    await using service = await open(lastingStore())
    for (const keyId of ['CSKNOBODYFGHIJKLMNOP', KEY.id]) {
      await service.refuses(bytesOf(await signed(deviceSigner(keyId), POST, service.host), service.host), 'signature_invalid')
    }
    const signer = deviceSigner()
    await service.accepts(bytesOf(await signed(signer, POST, service.host), service.host))
    service.keys.delete(DEVICE.id)
    service.issuer.revoke('client', DEVICE.id)
    await service.refuses(bytesOf(await signed(signer, POST, service.host), service.host), 'signature_invalid')
  })

  test('[A16] a device enrols its key at the server, and a service that asks there takes each leaf once', async () => {
    await using world = await ServerWorld.open()
    const { access_token: token } = await world.person()
    const enrolled = await world.ask('POST', '/v1/access-keys', { token, body: { name: 'meter', public_key: key.publicJwk } })
    assert.equal(enrolled.status, 201, enrolled.text)
    assert.deepEqual(enrolled.body.access_key.public_key, key.publicJwk)
    const bad = { ...key.publicJwk, pub: key.publicJwk.pub.slice(4) }
    assert.equal((await world.ask('POST', '/v1/access-keys', { token, body: { name: 'meter', public_key: bad } })).status, 400)
    const { credential } = await world.service()
    const signedRequests = { replay: lastingStore() }
    const verifier = createVerifier({ issuer: world.url, audience: world.url, credential, signedRequests, platform: patientPlatform })
    await verifier.ready()
    const mounted = await mount(verifier, () => {})
    try {
      const host = `127.0.0.1:${mounted.port}`
      const bytes = bytesOf(await signed(deviceSigner(enrolled.body.access_key.id), POST, host), host)
      const first = await sendBytes(mounted.port, bytes)
      assert.equal(first.status, 200, first.body)
      assert.match((await sendBytes(mounted.port, bytes)).body, /request_replayed/)
    } finally {
      await mounted.close()
      verifier.close()
    }
  })
})
