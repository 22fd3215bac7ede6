import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sha256Base64url } from 'countersign/crypto'
import { bewit, bytesOf, type Call, presigned, signers } from './signed-call.ts'
import { signedMounts } from './signed-mount.ts'
import { KEY, SignedService } from './signed-service.ts'

const GET: Call = { method: 'GET', target: '/api/signed?b=2&a=1' }
const POST: Call = {
  method: 'POST',
  target: '/api/signed?x=%20y',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ order: 7, text: 'grün' }),
}
const forms = Object.keys(signers) as (keyof typeof signers)[]

for (const [name, mount] of Object.entries(signedMounts)) {
  suite(`signed requests behind ${name}`, () => {
    for (const form of forms) {
      test(`[A01] [A22] a request in the form ${form} is let in, and its body is untouched behind the guard`, async () => {
        await using service = await SignedService.open(mount)
        const got = JSON.parse((await service.accepts(await service.signed(form, GET))).body)
        assert.deepEqual(got, { user: 'usr_ann', client: KEY.id, methods: ['signature'] })
        const posted = JSON.parse((await service.accepts(await service.signed(form, POST))).body)
        assert.deepEqual(posted.body, { order: 7, text: 'grün' })
        assert.equal(service.handled, 2)
      })

      test(`[A03] the same bytes in the form ${form} are let in once`, async () => {
        await using service = await SignedService.open(mount)
        for (const call of [GET, POST]) {
          const bytes = await service.signed(form, call)
          await service.accepts(bytes)
          await service.refuses(bytes, 'request_replayed')
        }
      })

      test(`[A04] a change of method, path, query, host or body in the form ${form} is refused`, async () => {
        await using service = await SignedService.open(mount)
        const signed = await signers[form](POST, service.signer())
        const changed: readonly Call[] = [
          { ...signed, method: 'PUT' },
          { ...signed, target: '/api/either?x=%20y' },
          { ...signed, target: '/api/signed?x=%20z' },
          { ...signed, target: '/api/signed' },
          { ...signed, body: JSON.stringify({ order: 8, text: 'grün' }) },
        ]
        for (const call of changed) assert.equal((await service.send(bytesOf(call, service.host))).status, 401, JSON.stringify(call))
        assert.equal((await service.send(bytesOf(signed, 'other.example'))).status, 401)
        assert.equal(service.handled, 0)
        await service.accepts(bytesOf(signed, service.host))
      })
    }

    test('[A22] a large body, and one that comes in pieces, are read before the parser and given back', async () => {
      await using service = await SignedService.open(mount)
      const call = { ...POST, body: JSON.stringify(['x'.repeat(90_000)]) }
      const whole = JSON.parse((await service.accepts(await service.signed('http-message', call))).body)
      assert.equal(whole.body[0].length, 90_000)
      const pieces = bytesOf(await signers.sigv4(POST, service.signer()), service.host, true)
      assert.deepEqual(JSON.parse((await service.accepts(pieces)).body).body, { order: 7, text: 'grün' })
    })

    test('[A22] a body over the limit is refused, announced or not, before anything of it counts', async () => {
      await using service = await SignedService.open(mount, { signedRequests: { bodyLimitBytes: 100 } })
      const call = { ...POST, body: JSON.stringify('x'.repeat(200)) }
      await service.refuses(await service.signed('http-message', call), 'content_too_large')
      await service.refuses(bytesOf(await signers.sigv4(call, service.signer()), service.host, true), 'content_too_large')
      await service.accepts(await service.signed('http-message', { ...POST, body: JSON.stringify(['x'.repeat(96)]) }))
    })

    test('[A06] a presigned link works until it expires, as often as one likes, and only once where the route says so', async () => {
      await using service = await SignedService.open(mount)
      const link = bytesOf(await presigned({ method: 'GET', target: '/api/either?file=1' }, service.signer(), 60), service.host)
      await service.accepts(link)
      await service.accepts(link)
      const once = bytesOf(await presigned({ method: 'GET', target: '/api/once' }, service.signer(), 60), service.host)
      await service.accepts(once)
      await service.refuses(once, 'request_replayed')
      service.clock.advance(61_000)
      service.issuer.heartbeat()
      await service.refuses(link, 'request_expired')
    })

    test('[A08] a bewit works until it expires', async () => {
      await using service = await SignedService.open(mount)
      const link = bytesOf(await bewit({ method: 'GET', target: '/api/either' }, service.signer(), 30), service.host)
      await service.accepts(link)
      service.clock.advance(31_000)
      service.issuer.heartbeat()
      await service.refuses(link, 'request_expired')
    })

    test('a token is what it was, and no more where a signature is wanted', async () => {
      await using service = await SignedService.open(mount)
      const headers = { authorization: `Bearer ${service.issuer.token()}` }
      const to = (target: string): Buffer => bytesOf({ method: 'GET', target, headers }, service.host)
      assert.deepEqual(JSON.parse((await service.accepts(to('/api/either'))).body).methods, ['pwd'])
      await service.accepts(to('/api/tokens'))
      await service.refuses(to('/api/signed'), 'credential_missing')
      await service.refuses(await service.signed('http-message', { ...GET, target: '/api/tokens' }), 'credential_missing')
    })

    test('[A10] the holder of a key that was replaced reads so in the answer', async () => {
      const keys = [{ ...KEY, successor: 'CSKQPONMLKJIHGFEDCBA', rotateBy: 1_900_000_600 }]
      await using service = await SignedService.open(mount, { keys })
      const { headers } = await service.accepts(await service.signed('sigv4', GET))
      assert.equal(headers.get('countersign-key-successor'), 'CSKQPONMLKJIHGFEDCBA')
      assert.equal(headers.get('countersign-key-rotate-by'), '2030-03-17T17:56:40Z')
    })

    test('[A13] a key with an address list works from there, and elsewhere says so only to who holds it', async () => {
      await using service = await SignedService.open(mount, {
        keys: [
          { ...KEY, addresses: ['127.0.0.0/8'] },
          { ...KEY, id: 'CSKFARAWAY', addresses: ['10.0.0.0/8', '2001:db8::/32'] },
        ],
      })
      await service.accepts(await service.signed('http-message', GET))
      await service.refuses(await service.signed('http-message', GET, { id: 'CSKFARAWAY' }), 'address_not_allowed')
      await service.refuses(await service.signed('http-message', GET, { id: 'CSKFARAWAY', secret: 'x'.repeat(40) }), 'signature_invalid')
      // What a client says of its own address is nothing.
      const call = { ...GET, headers: { 'x-forwarded-for': '10.1.2.3' } }
      await service.refuses(await service.signed('http-message', call, { id: 'CSKFARAWAY' }), 'address_not_allowed')
    })

    test('[A13] behind a named proxy its word about address, host and scheme counts', async () => {
      const keys = [{ ...KEY, addresses: ['10.0.0.0/8'] }]
      await using service = await SignedService.open(mount, { keys, verifier: { trustedProxies: ['127.0.0.1'] } })
      const signed = await signers['http-message'](GET, service.signer({ authority: 'api.example', scheme: 'https' }))
      const proxy = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'api.example' }
      const through = (address: string): Buffer =>
        bytesOf({ ...signed, headers: { ...signed.headers, ...proxy, 'x-forwarded-for': address } }, 'inside:8080')
      await service.refuses(through('10.0.0.9, 192.0.2.1'), 'address_not_allowed')
      await service.accepts(through('192.0.2.1, 10.0.0.9'))
    })
  })
}

test('[A17] a temporary key needs its session token, and no other key may bring one', async () => {
  const mount = Object.values(signedMounts)[0] as (typeof signedMounts)[string]
  const keys = [KEY, { ...KEY, id: 'CSKTEMPORARY', sessionTokenHash: sha256Base64url('the token') }]
  await using service = await SignedService.open(mount, { keys })
  await service.accepts(await service.signed('sigv4', GET, { id: 'CSKTEMPORARY', sessionToken: 'the token' }))
  await service.refuses(await service.signed('sigv4', GET, { id: 'CSKTEMPORARY', sessionToken: 'another' }), 'signature_invalid')
  await service.refuses(await service.signed('sigv4', GET, { id: 'CSKTEMPORARY' }), 'signature_invalid')
  await service.refuses(await service.signed('sigv4', GET, { sessionToken: 'the token' }), 'signature_invalid')
})
