import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { encryptedBodies, guard } from 'countersign/express'
import {
  type BodyEncryption,
  createBodyEncryption,
  ENCRYPTED_TYPE,
  type EncryptionPrivateJwk,
  type EncryptionPublicJwk,
  encryptionRecipient,
  REPLY_KEY_HEADER,
  replyKeyValue,
} from 'countersign/token'
import express from 'express'
import * as jose from 'jose'
import { type EncryptedMount, encryptedMounts } from './encrypted-service.ts'
import { listening } from './listening.ts'
import type { Mount } from './mount.ts'
import { SignedService } from './signed-service.ts'

function privateJwk(kid: string, curve: 'X25519' | 'P-256' = 'X25519'): EncryptionPrivateJwk {
  const { privateKey } = curve === 'X25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ec', { namedCurve: curve })
  return { ...(privateKey.export({ format: 'jwk' }) as unknown as EncryptionPublicJwk & { readonly d: string }), kid }
}

const publicOf = (encryption: BodyEncryption): EncryptionPublicJwk => encryptionRecipient(encryption.keySet)
const order = Buffer.from('{"order":7,"text":"grün"}')
const json = { contentType: 'application/json' } as const

async function open(
  mount: EncryptedMount,
  { required = true, keys = [privateJwk('a')] }: { readonly required?: boolean; readonly keys?: readonly EncryptionPrivateJwk[] } = {},
) {
  const handled: (readonly [type: string, body: unknown])[] = []
  const encryption = createBodyEncryption({ jose, keys, limitBytes: 65_536 })
  const client = createBodyEncryption({ jose, keys: [privateJwk('client', 'P-256')] })
  const { port, close } = await mount(encryption, required, (...found) => void handled.push(found))
  const send = (body: string | undefined, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/orders`, body === undefined ? { headers } : { method: 'POST', body, headers })
  const sendSealed = (jwe: string): Promise<Response> => send(jwe, { 'content-type': ENCRYPTED_TYPE })
  const read = async (response: Response): Promise<unknown> => {
    assert.equal(response.headers.get('content-type'), ENCRYPTED_TYPE)
    const opened = await client.open(Buffer.from(await response.arrayBuffer()))
    assert.match(opened.contentType, /^application\/json/)
    return JSON.parse(Buffer.from(opened.body).toString())
  }
  return { encryption, client, handled, send, sendSealed, read, [Symbol.asyncDispose]: close }
}

const codeOf = async (response: Response): Promise<string> =>
  `${response.status} ${((await response.json()) as { readonly code: string }).code}`

for (const [name, mount] of Object.entries(encryptedMounts)) {
  suite(`encrypted bodies behind ${name}`, () => {
    test('[A19] a body that is encrypted to the server is read there, and the answer only by the client', async () => {
      for (const curve of ['X25519', 'P-256'] as const) {
        await using service = await open(mount, { keys: [privateJwk('a', curve)] })
        const jwe = await service.client.seal(publicOf(service.encryption), order, { ...json, replyKey: publicOf(service.client) })
        const response = await service.sendSealed(jwe)
        assert.equal(response.status, 201)
        assert.equal(response.headers.get('etag'), null)
        const raw = await response.clone().text()
        assert.match(raw, /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
        assert.deepEqual(await service.read(response), { echo: { order: 7, text: 'grün' } })
        assert.deepEqual(service.handled, [['application/json', { order: 7, text: 'grün' }]])
      }
    })

    test('[A19] a request without a body names the key for its answer in a header', async () => {
      await using service = await open(mount)
      const response = await service.send(undefined, { [REPLY_KEY_HEADER]: replyKeyValue(publicOf(service.client)) })
      assert.equal(response.status, 201)
      assert.deepEqual(await service.read(response), { echo: null })
    })

    test('[A19] a body in the clear, and a request that names no key for its answer, are refused', async () => {
      await using service = await open(mount)
      const reply = { [REPLY_KEY_HEADER]: replyKeyValue(publicOf(service.client)) }
      assert.equal(
        await codeOf(await service.send(order.toString(), { 'content-type': 'application/json', ...reply })),
        '400 encryption_required',
      )
      assert.equal(await codeOf(await service.send(undefined)), '400 encryption_required')
      const jwe = await service.client.seal(publicOf(service.encryption), order, json)
      assert.equal(await codeOf(await service.sendSealed(jwe)), '400 encryption_required')
      assert.deepEqual(service.handled, [])
    })

    test('[A19] where it is not required, both ways go in the clear too', async () => {
      await using service = await open(mount, { required: false })
      const response = await service.send(order.toString(), { 'content-type': 'application/json' })
      assert.deepEqual(await response.json(), { echo: { order: 7, text: 'grün' } })
    })

    test('[A19] what was changed, compressed, too long, for another key or of another algorithm does not come through', async () => {
      await using service = await open(mount)
      const good = await service.client.seal(publicOf(service.encryption), order, { ...json, replyKey: publicOf(service.client) })
      const changed = good.split('.')
      changed[3] = `${changed[3]?.[0] === 'A' ? 'B' : 'A'}${changed[3]?.slice(1)}`
      const stranger = createBodyEncryption({ jose, keys: [privateJwk('a')] })
      const key = await jose.importJWK({ ...publicOf(service.encryption) }, 'ECDH-ES')
      const made = (header: object): Promise<string> =>
        new jose.CompactEncrypt(order).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', ...header }).encrypt(key)
      const bad = [
        changed.join('.'),
        await stranger.seal(publicOf(stranger), order, json),
        await made({ enc: 'A128GCM' }),
        await made({ alg: 'ECDH-ES+A256KW' }),
        await made({ jku: 'https://evil.example' }),
        await made({ kid: 'b' }),
        await made({ cty: 'text/html\r\nx: y' }),
        await made({ reply_jwk: { ...publicOf(service.client), d: 'AAAA' } }),
        `${Buffer.from('{"alg":"ECDH-ES","enc":"A256GCM","zip":"DEF","epk":{}}').toString('base64url')}..AA.AA.AA`,
        `${Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')}..AA.AA.AA`,
        'x',
        '....',
      ]
      for (const jwe of bad) assert.equal(await codeOf(await service.sendSealed(jwe)), '400 encryption_invalid', jwe.slice(0, 80))
      assert.equal(await codeOf(await service.sendSealed('x'.repeat(65_537))), '413 content_too_large')
      assert.equal(
        await codeOf(
          await service.send(good, { 'content-type': ENCRYPTED_TYPE, [REPLY_KEY_HEADER]: replyKeyValue(publicOf(service.client)) }),
        ),
        '400 encryption_invalid',
      )
      assert.deepEqual(service.handled, [])
    })
  })
}

test('[A19] a signature speaks for the encrypted bytes, and the handler behind its guard reads clear text', async () => {
  const encryption = createBodyEncryption({ jose, keys: [privateJwk('a')] })
  const found: unknown[] = []
  const mount: Mount = (verifier, onHandled) => {
    const app = express()
    const guards = [guard(verifier, { signed: true }), encryptedBodies(encryption, { required: false })]
    app.post('/api/signed', ...guards, express.json(), (request, response) => {
      onHandled()
      found.push(request.body)
      response.json({})
    })
    return listening(createServer(app))
  }
  await using service = await SignedService.open(mount)
  const body = await encryption.seal(publicOf(encryption), order, json)
  const call = { method: 'POST', target: '/api/signed', headers: { 'content-type': ENCRYPTED_TYPE }, body }
  for (const form of ['http-message', 'sigv4'] as const) await service.accepts(await service.signed(form, call))
  assert.deepEqual(found, [JSON.parse(order.toString()), JSON.parse(order.toString())])
  const other = await encryption.seal(publicOf(encryption), order, json)
  const signed = await service.signed('http-message', call)
  await service.refuses(Buffer.from(signed.toString().replace(body, other)), 'digest_mismatch')
})

test('[A19] the first key is encrypted to, every key decrypts, a removed one does not', async () => {
  const [old, young] = [privateJwk('old'), privateJwk('young', 'P-256')]
  const before = createBodyEncryption({ jose, keys: [old] })
  const rotated = createBodyEncryption({ jose, keys: [young, old] })
  const removed = createBodyEncryption({ jose, keys: [young] })
  assert.equal(publicOf(rotated).kid, 'young')
  const jwe = Buffer.from(await rotated.seal(publicOf(before), order, json))
  assert.deepEqual(Buffer.from((await rotated.open(jwe)).body), order)
  await assert.rejects(removed.open(jwe), { code: 'encryption_invalid' })
  assert.ok(!JSON.stringify(rotated.keySet).includes(old.d))
  assert.deepEqual(
    rotated.keySet.keys.map(({ use, alg, kid }) => [use, alg, kid]),
    [
      ['enc', 'ECDH-ES', 'young'],
      ['enc', 'ECDH-ES', 'old'],
    ],
  )
})

test('[A19] a JWE that was made without this library opens, and ours opens without it', async () => {
  const key = privateJwk('a')
  const encryption = createBodyEncryption({ jose, keys: [key] })
  const publicKey = await jose.importJWK({ ...publicOf(encryption) }, 'ECDH-ES')
  const theirs = await new jose.CompactEncrypt(order).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', cty: 'json' }).encrypt(publicKey)
  const opened = await encryption.open(Buffer.from(theirs))
  assert.deepEqual([Buffer.from(opened.body), opened.contentType, opened.replyKey], [order, 'application/json', undefined])
  const ours = await encryption.seal(publicOf(encryption), order, json)
  const { plaintext, protectedHeader } = await jose.compactDecrypt(ours, await jose.importJWK({ ...key }, 'ECDH-ES'))
  assert.deepEqual([Buffer.from(plaintext), protectedHeader.cty], [order, 'application/json'])
})

test('keys that are none, and recipients that agree on no key, are refused', async () => {
  const key = privateJwk('a')
  const { d: _, ...half } = key
  for (const keys of [[], [half as EncryptionPrivateJwk], [key, key], [{ ...key, x: 'AAAA' }]]) {
    assert.throws(() => createBodyEncryption({ jose, keys }), RangeError)
  }
  const encryption = createBodyEncryption({ jose, keys: [key] })
  const zero = { kty: 'OKP', crv: 'X25519', x: Buffer.alloc(32).toString('base64url') } as const
  await assert.rejects(encryption.seal(zero, order, json), RangeError)
  assert.throws(() => encryption.replyKey('e30'), { code: 'encryption_invalid' })
  assert.throws(() => encryptionRecipient({ keys: [] }), RangeError)
})
