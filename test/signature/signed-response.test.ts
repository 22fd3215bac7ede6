import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { responseVerifier, signingFetch, verifyResponse } from 'countersign/client'
import { AuthError, ManualClock, type RefusalCode, systemPlatform } from 'countersign/core'
import { signedResponse } from 'countersign/hono'
import { sendSigned } from 'countersign/node'
import { messageSigningKey, ResponseSigner } from 'countersign/signature'

const pairs = {
  ed25519: generateKeyPairSync('ed25519'),
  'ecdsa-p256-sha256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ecdsa-p384-sha384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'rsa-pss-sha512': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'rsa-v1_5-sha256': generateKeyPairSync('rsa', { modulusLength: 2048 }),
} as const
type Algorithm = keyof typeof pairs
const algorithms = Object.keys(pairs) as Algorithm[]
const rsaNames: Readonly<Record<string, string>> = { 'rsa-pss-sha512': 'PS512', 'rsa-v1_5-sha256': 'RS256' }

const keySet = {
  keys: algorithms.map((name) => {
    const alg = rsaNames[name]
    return { ...pairs[name].publicKey.export({ format: 'jwk' }), kid: name, ...(alg === undefined ? {} : { alg }) }
  }),
}

interface Reply {
  readonly status: number
  readonly headers: Record<string, string>
  body: string
}

type Change = (reply: Reply, request: IncomingMessage) => void

interface Service {
  readonly url: string
  readonly clock: ManualClock
  /** What happens to an answer on its way. */
  change: Change
}

const signerOf = (algorithm: Algorithm): ResponseSigner =>
  new ResponseSigner({ keyId: algorithm, key: messageSigningKey(algorithm, pairs[algorithm].privateKey) })

/** A service that signs what it answers with the key that the path names. */
async function openService(context: TestContext): Promise<Service> {
  const clock = new ManualClock(1_900_000_000_000)
  const service = { url: '', clock, change: (() => undefined) as Change }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    if (pathname === '/keys') return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(keySet))
    const algorithm = pathname.slice(1) as Algorithm
    const reply: Reply = { status: 200, headers: { 'content-type': 'text/plain' }, body: '' }
    const inMaking = {
      statusCode: 200,
      getHeaders: () => reply.headers,
      setHeader: (name: string, value: string) => void (reply.headers[name] = value),
      end: (body: string | Uint8Array) => void (reply.body = String(body)),
    }
    sendSigned(request, inMaking, `answer to ${request.url}`, { signer: signerOf(algorithm), clock })
    service.change(reply, request)
    response.writeHead(reply.status, reply.headers).end(reply.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return service
}

const refusedAs =
  (code: RefusalCode, detail: Readonly<Record<string, string>> = {}) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof AuthError, String(error))
    assert.deepEqual([error.code, { ...error.detail, ...detail }], [code, error.detail])
    return true
  }

async function ask(service: Service, path: string): Promise<Response> {
  const request = new Request(service.url + path)
  return verifyResponse(await fetch(request), request, { keys: `${service.url}/keys` }, { ...systemPlatform, clock: service.clock })
}

for (const algorithm of algorithms) {
  test(`[A12] an answer signed with ${algorithm} is proven with the public key, by WebCrypto`, async (context) => {
    const service = await openService(context)
    const response = await ask(service, `/${algorithm}?q=1`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'text/plain')
    assert.equal(await response.text(), `answer to /${algorithm}?q=1`)
    service.change = (reply) => {
      reply.body += ' '
    }
    await assert.rejects(ask(service, `/${algorithm}`), refusedAs('digest_mismatch'))
  })
}

const lies: readonly (readonly [name: string, code: RefusalCode, change: Change])[] = [
  ['that is not signed', 'signature_incomplete', ({ headers }) => void delete headers['signature']],
  ['with half a signature', 'signature_incomplete', ({ headers }) => void delete headers['signature-input']],
  ['with another body', 'digest_mismatch', (reply) => void (reply.body = 'no')],
  ['with the digest of another body', 'signature_invalid', ({ headers }) => void (headers['content-digest'] = 'sha-256=:AAAA:')],
  ['with another content type', 'signature_invalid', ({ headers }) => void (headers['content-type'] = 'text/html')],
  [
    'of a key that nobody knows',
    'signature_invalid',
    ({ headers }) => void (headers['signature-input'] = (headers['signature-input'] ?? '').replace('ed25519', 'unknown')),
  ],
  [
    'that covers less',
    'signature_incomplete',
    ({ headers }) => void (headers['signature-input'] = (headers['signature-input'] ?? '').replace('"@method";req ', '')),
  ],
  [
    'that leaves out its digest',
    'signature_incomplete',
    ({ headers }) => void (headers['signature-input'] = (headers['signature-input'] ?? '').replace('"content-digest" ', '')),
  ],
  ['whose signature is no field', 'credential_malformed', ({ headers }) => void (headers['signature'] = 'sig1=(')],
  ['of another status', 'signature_invalid', (reply) => void Object.assign(reply, { status: 201 })],
]
for (const [name, code, change] of lies) {
  test(`[A12] an answer ${name} is refused`, async (context) => {
    const service = await openService(context)
    await ask(service, '/ed25519')
    service.change = change
    await assert.rejects(ask(service, '/ed25519'), refusedAs(code))
  })
}

test('[A12] an answer to another question, or of yesterday, is refused', async (context) => {
  const service = await openService(context)
  const platform = { ...systemPlatform, clock: service.clock }
  const answered = await fetch(`${service.url}/ed25519?q=1`)
  const other = new Request(`${service.url}/ed25519?q=2`)
  await assert.rejects(verifyResponse(answered.clone(), other, { keys: keySet }, platform), refusedAs('signature_invalid'))
  const same = new Request(`${service.url}/ed25519?q=1`)
  service.clock.advance(301_000)
  await assert.rejects(verifyResponse(answered.clone(), same, { keys: keySet }, platform), refusedAs('request_expired'))
  await verifyResponse(answered, same, { keys: keySet, windowSeconds: 302 }, platform)
})

test('[A12] a signing fetch takes only answers that name the signature of what it has sent', async (context) => {
  const service = await openService(context)
  const platform = { ...systemPlatform, clock: service.clock }
  const credential = { keyId: 'CSKTESTTESTTESTTEST1', secret: 'x'.repeat(40) }
  const get = signingFetch({ credential, platform, verifyResponses: responseVerifier({ keys: keySet }, platform) })
  const earlier: Record<string, string>[] = []
  service.change = ({ headers }) => void earlier.push({ ...headers })
  const response = await get(`${service.url}/ed25519`)
  assert.equal(response.url, `${service.url}/ed25519`)
  assert.equal(await response.text(), 'answer to /ed25519')
  // The same question again, answered with what was said before.
  service.change = ({ headers }) => void Object.assign(headers, earlier[0])
  await assert.rejects(get(`${service.url}/ed25519`), refusedAs('signature_invalid'))
  // Its signature may not be left out either: as a service that knows no signed requests would answer.
  service.change = ({ headers }, request) => {
    const values = (): undefined => undefined
    const question = {
      method: 'GET',
      target: request.url ?? '',
      scheme: 'http',
      authority: request.headers.host ?? '',
      values,
      names: () => [],
    } as const
    Object.assign(
      headers,
      signerOf('ed25519').sign({ status: 200, values, request: question }, 'answer to /ed25519', service.clock.now() / 1000),
    )
  }
  await assert.rejects(get(`${service.url}/ed25519`), refusedAs('signature_incomplete', { missing: '"signature";req' }))
})

test('an answer that was compressed on its way, and one that is too long, cannot be proven', async (context) => {
  const service = await openService(context)
  const request = new Request(`${service.url}/ed25519`)
  const platform = { ...systemPlatform, clock: service.clock }
  const encoded = new Response('x', { headers: { 'content-encoding': 'gzip' } })
  await assert.rejects(verifyResponse(encoded, request, { keys: keySet }, platform), refusedAs('signature_invalid'))
  await assert.rejects(verifyResponse(await fetch(request), request, { keys: keySet, bodyLimitBytes: 3 }, platform), RangeError)
})

test('keys are fetched when they are needed, and not for each answer of an unknown one', async (context) => {
  const service = await openService(context)
  let questions = 0
  const fetchKeys: typeof fetch = (input, init) => {
    if (String(input instanceof Request ? input.url : input).endsWith('/keys')) questions++
    return fetch(input, init)
  }
  const platform = { ...systemPlatform, clock: service.clock, fetch: fetchKeys }
  const credential = { keyId: 'CSKTESTTESTTESTTEST1', secret: 'x'.repeat(40) }
  const get = signingFetch({ credential, platform, verifyResponses: responseVerifier({ keys: `${service.url}/keys` }, platform) })
  await get(`${service.url}/ed25519`)
  await get(`${service.url}/ecdsa-p256-sha256`)
  assert.equal(questions, 1)
  service.change = ({ headers }) =>
    void (headers['signature-input'] = (headers['signature-input'] ?? '').replace('keyid="ed25519"', 'keyid="other"'))
  for (let turn = 0; turn < 3; turn++) await assert.rejects(get(`${service.url}/ed25519`), refusedAs('signature_invalid'))
  assert.equal(questions, 1)
  service.clock.advance(30_000)
  await assert.rejects(get(`${service.url}/ed25519`), refusedAs('signature_invalid'))
  assert.equal(questions, 2)
})

test('[A12] [A22] an answer in the form of fetch is signed as one of node:http, for the origin that clients use', async () => {
  const clock = new ManualClock(1_900_000_000_000)
  const asked = new Request('https://api.example/things?a=1', { method: 'POST' })
  // As it arrives behind a proxy.
  const arrived = new Request('http://inside:8080/things?a=1', { method: 'POST' })
  const answer = Response.json({ n: 1 }, { status: 201, headers: { 'cache-control': 'no-store' } })
  const signed = await signedResponse(arrived, answer, { signer: signerOf('ed25519'), origin: 'https://api.example', clock })
  const platform = { ...systemPlatform, clock }
  const response = await verifyResponse(signed.clone(), asked, { keys: keySet, cover: ['content-type'] }, platform)
  assert.deepEqual([response.status, response.headers.get('cache-control'), await response.json()], [201, 'no-store', { n: 1 }])
  await assert.rejects(verifyResponse(signed, arrived, { keys: keySet }, platform), refusedAs('signature_invalid'))
  const empty = await signedResponse(arrived, new Response(null, { status: 204 }), { signer: signerOf('ed25519'), clock })
  assert.equal((await verifyResponse(empty, arrived, { keys: keySet }, platform)).status, 204)
})
