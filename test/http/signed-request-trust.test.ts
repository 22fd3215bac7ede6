import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, createVerifier } from 'countersign'
import { MemoryReplayStore, type ReplayStore } from 'countersign/replay'
import { AUDIENCE, ISSUER } from './fake-issuer.ts'
import { bytesOf, type Call, presigned, signers } from './signed-call.ts'
import { signedMounts } from './signed-mount.ts'
import { KEY, SignedService } from './signed-service.ts'

const mount = signedMounts['node:http'] as (typeof signedMounts)[string]
const GET: Call = { method: 'GET', target: '/api/either' }
const POST: Call = { method: 'POST', target: '/api/signed', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }

test('[A02] what was signed too long ago, or in the future, is refused and told the time', async () => {
  await using service = await SignedService.open(mount)
  const now = service.clock.now()
  for (const atMs of [now - 121_000, now + 6000]) {
    const { headers, body } = await service.refuses(await service.signed('http-message', GET, { atMs }), 'request_expired')
    const problem = JSON.parse(body)
    assert.deepEqual([problem.server_time, problem.server_time_epoch], ['2030-03-17T17:46:40Z', 1_900_000_000])
    assert.equal(headers.get('date'), 'Sun, 17 Mar 2030 17:46:40 GMT')
  }
  await service.accepts(await service.signed('http-message', GET, { atMs: now - 120_000 }))
  await service.accepts(await service.signed('http-message', GET, { atMs: now + 5000 }))
})

test('[A02] the shorter of the windows of key and route decides', async () => {
  await using service = await SignedService.open(mount, { keys: [{ ...KEY, windowSeconds: 10 }] })
  const at = async (target: string, ageMs: number): Promise<Buffer> =>
    service.signed('sigv4', { ...GET, target }, { atMs: service.clock.now() - ageMs })
  await service.accepts(await at('/api/either', 10_000))
  await service.refuses(await at('/api/either', 11_000), 'request_expired')
  await service.accepts(await at('/api/fast', 2000))
  await service.refuses(await at('/api/fast', 3000), 'request_expired')
})

test('[A18] a request JWT is over at its exp, two seconds after it was made', async () => {
  await using service = await SignedService.open(mount)
  const bytes = await service.signed('jwt', GET)
  service.clock.advance(2000)
  await service.refuses(bytes, 'request_expired')
})

test('[A08] a Hawk client with a wrong clock gets the time with a proof that its key understands, and nobody else gets that', async () => {
  await using service = await SignedService.open(mount)
  const atMs = service.clock.now() - 300_000
  const known = await service.refuses(await service.signed('hawk', GET, { atMs }), 'request_expired')
  assert.match(known.headers.get('www-authenticate') ?? '', /^Hawk ts="1900000000", tsm="[A-Za-z0-9+/]{43}=", error="Stale timestamp"$/)
  await service.refuses(await service.signed('hawk', GET, { atMs, secret: 'y'.repeat(40) }), 'signature_invalid')
})

test('[A03] [I12] a verifier whose memory begins now refuses what was signed before: it may have been used', async () => {
  await using service = await SignedService.open(mount, { replay: (clock) => new MemoryReplayStore({ clock }) })
  await service.refuses(await service.signed('sigv4', GET, { atMs: service.clock.now() - 1000 }), 'request_expired')
  await service.accepts(await service.signed('sigv4', GET))
  // A link that works once may have worked already, whatever its maker allowed.
  const old = service.signer({ atMs: service.clock.now() - 1000 })
  await service.refuses(bytesOf(await presigned({ ...GET, target: '/api/once' }, old, 600), service.host), 'request_expired')
  await service.accepts(bytesOf(await presigned(GET, old, 600), service.host))
})

test('[A03] 64 copies at once: exactly one is let in', async () => {
  await using service = await SignedService.open(mount)
  for (const form of Object.keys(signers) as (keyof typeof signers)[]) {
    const bytes = await service.signed(form, POST)
    const statuses = (await Promise.all(Array.from({ length: 64 }, () => service.send(bytes)))).map(({ status }) => status)
    assert.equal(statuses.filter((status) => status === 200).length, 1, form)
    assert.equal(statuses.filter((status) => status === 401).length, 63, form)
  }
})

test('a store that cannot be reached lets nobody in, with 503', async () => {
  const broken: ReplayStore = { claim: () => Promise.reject(new Error('connection refused')) }
  await using service = await SignedService.open(mount, { replay: () => broken })
  const { status, headers } = await service.refuses(await service.signed('http-message', GET), 'unavailable')
  assert.deepEqual([status, headers.get('retry-after')], [503, '5'])
})

test('[I08] a key that was removed dies with the entry of the log, and its issuer is asked once more', async () => {
  await using service = await SignedService.open(mount)
  await service.accepts(await service.signed('http-message', GET))
  await service.accepts(await service.signed('http-message', GET))
  assert.equal(service.questions.length, 1)
  service.keys.delete(KEY.id)
  service.issuer.revoke('client', KEY.id)
  await service.refuses(await service.signed('http-message', GET), 'signature_invalid')
  await service.refuses(await service.signed('http-message', GET), 'signature_invalid')
  assert.equal(service.questions.length, 2)
})

for (const [kind, id] of [
  ['user', 'usr_ann'],
  ['role', 'staff'],
  ['session', 'ses_1'],
  ['everyone', ''],
] as const) {
  test(`a cut-off of ${kind} is asked about: who is suspended is refused, who has changed goes on as what they are now`, async () => {
    await using service = await SignedService.open(mount, { keys: [{ ...KEY, session: 'ses_1' }] })
    await service.accepts(await service.signed('sigv4', GET))
    service.keys.set(KEY.id, { ...KEY, session: 'ses_1', scope: ['orders:write'] })
    service.issuer.revoke(kind, id)
    await service.accepts(await service.signed('sigv4', { ...GET, target: '/api/write' }))
    service.keys.delete(KEY.id)
    service.issuer.revoke(kind, id)
    await service.refuses(await service.signed('sigv4', GET), 'signature_invalid')
  })
}

test('a key that the issuer calls good although its log has cut it off is refused', async () => {
  await using service = await SignedService.open(mount)
  await service.accepts(await service.signed('sigv4', GET))
  // A cut-off of a key by its name is absolute.
  service.issuer.revoke('key', KEY.id)
  await service.refuses(await service.signed('sigv4', GET), 'signature_invalid')
})

test('a stale verifier answers 503, and asks the issuer where the route says so', async () => {
  await using service = await SignedService.open(mount)
  await service.accepts(await service.signed('sigv4', GET))
  service.clock.advance(6000)
  await service.refuses(await service.signed('sigv4', { ...GET, target: '/api/strict' }), 'revocation_unknown')
  const before = service.questions.length
  await service.accepts(await service.signed('sigv4', { ...GET, target: '/api/ask' }))
  assert.equal(service.questions.length, before + 1)
  await service.accepts(await service.signed('sigv4', GET))
  service.clock.advance(60_000)
  await service.refuses(await service.signed('sigv4', GET), 'revocation_unknown')
  service.issuer.isSilent = true
  await service.refuses(await service.signed('sigv4', { ...GET, target: '/api/ask' }), 'revocation_unknown')
})

test('a route that re-checks asks about the key', async () => {
  await using service = await SignedService.open(mount)
  for (const expected of [1, 2, 3]) {
    await service.accepts(await service.signed('sigv4', { ...GET, target: '/api/checked' }))
    assert.equal(service.questions.length, expected)
  }
})

test('an issuer that does not answer about an unknown key is 503, and one that does is 401 for a while without another question', async () => {
  await using service = await SignedService.open(mount)
  service.issuer.isSilent = true
  await service.refuses(await service.signed('sigv4', GET, { id: 'CSKUNKNOWN' }), 'revocation_unknown')
  service.issuer.isSilent = false
  const before = service.questions.length
  for (const expected of [1, 1, 1]) {
    await service.refuses(await service.signed('sigv4', GET, { id: 'CSKUNKNOWN' }), 'signature_invalid')
    assert.equal(service.questions.length, before + expected)
  }
  service.keys.set('CSKUNKNOWN', { ...KEY, id: 'CSKUNKNOWN' })
  service.clock.advance(5000)
  service.issuer.heartbeat()
  await service.accepts(await service.signed('sigv4', GET, { id: 'CSKUNKNOWN' }))
})

test('[I13] a stranger who names a key in a form that it has not does not lock its holder out', async () => {
  await using service = await SignedService.open(mount, { replay: () => ({ claim: async () => true }) })
  const stranger = `GET /api/either HTTP/1.1\r\nhost: ${service.host}\r\nauthorization: OneTime keyid="${KEY.id}", leaf="0", signature="AAAA"\r\n\r\n`
  await service.refuses(Buffer.from(stranger), 'signature_invalid')
  await service.accepts(await service.signed('sigv4', GET))
})

test('many who come with one new key share one question', async () => {
  await using service = await SignedService.open(mount)
  const calls = await Promise.all(Array.from({ length: 20 }, () => service.signed('http-message', GET)))
  await Promise.all(calls.map((bytes) => service.accepts(bytes)))
  assert.equal(service.questions.length, 1)
})

test('what a signed caller may do is what the key may do', async () => {
  await using service = await SignedService.open(mount)
  await service.refuses(await service.signed('http-message', { ...GET, target: '/api/write' }), 'scope_insufficient')
})

test('two signatures in one request are refused, and a form that the route does not take is none', async () => {
  await using service = await SignedService.open(mount)
  const first = await signers['http-message'](GET, service.signer())
  const both = await signers.sigv4(GET, service.signer())
  const headers = { ...first.headers, ...both.headers }
  await service.refuses(bytesOf({ ...GET, headers }, service.host), 'credential_malformed')
  await service.refuses(await service.signed('http-message', { ...GET, target: '/api/hawk' }), 'credential_missing')
  await service.accepts(await service.signed('hawk', { ...GET, target: '/api/hawk' }))
})

test('[A07] a signature that does not cover what the route wants is refused, and the log names what is missing', async () => {
  await using service = await SignedService.open(mount)
  const target = '/api/covered'
  const { status } = await service.refuses(await service.signed('http-message', { ...GET, target }), 'signature_incomplete')
  assert.equal(status, 401)
  const thrown = service.thrown.at(-1)
  assert.equal(thrown instanceof AuthError && thrown.detail['missing'], '"x-tenant"')
  await service.accepts(await service.signed('http-message', { ...GET, target, headers: { 'x-tenant': 'north' } }))
})

test('a body that the signature leaves open is taken only where the route says so', async () => {
  await using service = await SignedService.open(mount)
  const { headers = {}, ...rest } = await signers['http-message']({ ...POST, body: undefined as never }, service.signer())
  await service.refuses(bytesOf({ ...rest, headers, body: '{"a":2}' }, service.host), 'signature_incomplete')
  const open = await signers['http-message']({ method: 'POST', target: '/api/open', headers: POST.headers ?? {} }, service.signer())
  await service.accepts(bytesOf({ ...open, body: '{"a":2}' }, service.host))
})

test('[A09] the day key of yesterday signs nothing today, but for one window after midnight', async () => {
  await using service = await SignedService.open(mount)
  const midnight = Math.ceil(service.clock.now() / 86_400_000) * 86_400_000
  service.clock.advance(midnight - service.clock.now() + 60_000)
  service.issuer.heartbeat()
  await service.accepts(await service.signed('http-message', GET, { atMs: midnight - 1000 }))
  await service.accepts(await service.signed('http-message', GET))
  assert.deepEqual(service.questions, [KEY.id, KEY.id])
})

test('a body parser before the guard is a mistake that is told to the developer and is 500 to the caller', async () => {
  await using service = await SignedService.open(async (verifier, onHandled) => {
    const { default: express } = await import('express')
    const { guard } = await import('countersign/express')
    const { createServer } = await import('node:http')
    const app = express()
    app.use(express.json())
    app.all('/api/signed', guard(verifier), (_request, response) => {
      onHandled()
      response.end()
    })
    const server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return { port, close: async () => void server.close() }
  })
  const { status } = await service.refuses(await service.signed('http-message', POST), 'internal')
  assert.equal(status, 500)
  assert.match(String(service.thrown.at(-1)), /mount the guard before the body parser/)
})

test('a verifier without signedRequests makes no guard of a route that wants signatures', () => {
  const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE, credential: 'cs_svc_x' })
  assert.throws(() => verifier.routeRule({ signed: true }), TypeError)
  verifier.close()
})
