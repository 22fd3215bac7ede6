import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { createVerifier, type Verifier, type VerifierOptions } from 'countersign'
import { memorySessionStore } from 'countersign/bff'
import { guard } from 'countersign/node'
import { systemClock } from 'countersign/core'
import { MemoryReplayStore } from 'countersign/replay'
import { listening, type Mounted } from '../http/listening.ts'
import { patientPlatform } from '../http/patience.ts'
import { ServerWorld } from '../http/server-world.ts'
import { Browser, BffWorld, bffMounts } from './bff-world.ts'

let world: BffWorld
before(async () => {
  world = await BffWorld.open(await ServerWorld.open({ roleScopes: { staff: ['orders:read'] } }))
})
after(() => world[Symbol.asyncDispose]())

const mount = bffMounts['node:http'] ?? assert.fail()
const codeOf = async (response: Response): Promise<string> => ((await response.json()) as { code: string }).code
const tokensSeen = (from: number): ReadonlySet<string> =>
  new Set(world.upstream.received.slice(from).map(({ headers }) => String(headers['authorization'])))
test('[C06] fifty requests at once with a token that ends cause one refresh, and all go on', async () => {
  const backend = await world.backend(mount)
  const browser = await world.signedIn(backend)
  backend.clock.advance(290_000)
  const from = world.upstream.received.length
  const before = world.server.lines.length
  const answers = await Promise.all(Array.from({ length: 50 }, () => browser.copy().fetch('/api/orders')))
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  assert.equal(tokensSeen(from).size, 1)
  const refreshes = world.server.lines.slice(before).filter((line) => line.includes('"operation":"refreshSession"')).length
  assert.equal(refreshes, 1)
  assert.ok(answers.every(({ headers }) => headers.getSetCookie()[0]?.startsWith('__Host-bff=')))
})

test('[C06] processes that refresh one session at once get the same successor, and nobody is signed out', async () => {
  const backends = await Promise.all([world.backend(mount), world.backend(mount), world.backend(mount)])
  const [first] = backends
  const browser = await world.signedIn(first)
  for (let round = 0; round < 4; round++) {
    for (const backend of backends) backend.clock.advance(300_000)
    const copies = backends.flatMap((backend) => [browser.copy(backend), browser.copy(backend)])
    const answers = await Promise.all(copies.map((copy) => copy.fetch('/api/orders')))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    // Any of the cookies is as good as another.
    const next = copies[round] ?? assert.fail()
    await next.fetch('/api/orders')
    const value = next.cookieNamed('__Host-bff') ?? ''
    const moved = new Browser(first, new Map([['__Host-bff', value]]))
    assert.equal((await moved.fetch('/api/orders')).status, 200)
  }
})

test('[C06] a browser that never got its new cookie comes back with the old one, and stays signed in', async () => {
  const [one, two] = [await world.backend(mount), await world.backend(mount)]
  const browser = await world.signedIn(one)
  const asleep = browser.copy(two)
  one.clock.advance(290_000)
  assert.equal((await browser.fetch('/api/orders')).status, 200)
  two.clock.advance(3_600_000)
  assert.equal((await asleep.fetch('/api/orders')).status, 200)
})

test('[C06] a cookie that is two refreshes old is a copy: the session ends for both', async () => {
  const [one, two] = [await world.backend(mount), await world.backend(mount)]
  const browser = await world.signedIn(one)
  const thief = browser.copy(two)
  for (let count = 0; count < 2; count++) {
    one.clock.advance(300_000)
    assert.equal((await browser.fetch('/api/orders')).status, 200)
  }
  two.clock.advance(300_000)
  assert.equal(await codeOf(await thief.fetch('/api/orders')), 'refresh_reused')
  one.clock.advance(300_000)
  assert.equal(await codeOf(await browser.fetch('/api/orders')), 'refresh_invalid')
})

test('[C06] a token that an upstream refuses as revoked is replaced, and the request sent once more', async () => {
  const backend = await world.backend(mount)
  const browser = await world.signedIn(backend)
  backend.clock.advance(10_000)
  let asked = 0
  const refused = new Set<string>()
  world.upstream.answer = (request, response) => {
    if (request.url !== '/base/once') return false
    asked++
    const token = String(request.headers.authorization)
    if (refused.size > 0 && !refused.has(token)) return false
    refused.add(token)
    response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
    return true
  }
  assert.equal((await browser.fetch('/api/once')).status, 200)
  assert.equal(asked, 2)
  // A body that has gone cannot be sent again: the page hears of it, and has the new cookie.
  asked = 0
  refused.clear()
  backend.clock.advance(10_000)
  const response = await browser.fetch('/api/once', { method: 'POST', body: 'abc' })
  assert.equal(response.status, 401)
  assert.equal(response.headers.getSetCookie().length, 1)
  assert.equal((await browser.fetch('/api/once', { method: 'POST', body: 'abc' })).status, 200)
  // What refuses everything is not asked for ever, nor the issuer.
  world.upstream.answer = (request, response) => {
    if (request.url !== '/base/never') return false
    asked++
    response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
    return true
  }
  asked = 0
  for (let count = 0; count < 5; count++) assert.equal((await browser.fetch('/api/never')).status, 401)
  assert.equal(asked, 5)
  world.upstream.answer = undefined
})

test('[C06] an upstream that does not answer in time, or at all, is a refusal of its own', async () => {
  const upstreams = [
    { prefix: '/api', target: `${world.upstream.origin}/base`, timeoutSeconds: 0.1 },
    { prefix: '/gone', target: 'http://127.0.0.1:1' },
  ]
  const backend = await world.backend(mount, { upstreams })
  const browser = await world.signedIn(backend)
  const slow = await browser.fetch('/api/held')
  assert.equal(slow.status, 504)
  assert.equal(await codeOf(slow), 'upstream_timeout')
  const gone = await browser.fetch('/gone/x')
  assert.equal(gone.status, 502)
  assert.equal(await codeOf(gone), 'upstream_unreachable')
})

test('[C06] an issuer that is away ends nobody’s session: the token lasts until its end, and then it is 502', async () => {
  const backend = await world.backend(mount)
  const browser = await world.signedIn(backend)
  const away = await world.backend(mount, { issuer: 'http://127.0.0.1:1' })
  const other = browser.copy(away)
  away.clock.advance(280_000)
  assert.equal((await other.fetch('/api/orders')).status, 200)
  away.clock.advance(30_000)
  assert.equal(await codeOf(await other.fetch('/api/orders')), 'upstream_unreachable')
  assert.equal((await browser.fetch('/api/orders')).status, 200)
})

test('[C06] with a store the cookie is a handle, and who reads the store has nothing', async () => {
  const kept = memorySessionStore(systemClock)
  const written: string[] = []
  const store = {
    ...kept,
    write: (id: string, sealed: string, endsAt: number) => (written.push(id, sealed), kept.write(id, sealed, endsAt)),
  }
  const [one, two] = [await world.backend(mount, { store }), await world.backend(mount, { store })]
  const browser = await world.signedIn(one)
  const handle = browser.cookieNamed('__Host-bff') ?? ''
  assert.match(handle, /^[A-Za-z0-9_-]{43}$/)
  assert.ok(
    written.length > 0 &&
      !written.some((text) => text.includes(handle) || /eyJ(?:hbGciOi|0eXAiOi)|cs_rt_[\w-]{22}\.|example\.com/.test(text)),
  )
  assert.equal((await browser.copy(two).fetch('/api/orders')).status, 200)
  for (const backend of [one, two]) backend.clock.advance(300_000)
  const both = await Promise.all([browser.copy(one).fetch('/api/orders'), browser.copy(two).fetch('/api/orders')])
  assert.deepEqual(
    both.map(({ status }) => status),
    [200, 200],
  )
  assert.equal(await kept.read(handle), undefined)
  assert.equal((await browser.post('/bff/sign-out', {})).status, 204)
  assert.equal(await codeOf(await new Browser(two, new Map([['__Host-bff', handle]])).fetch('/api/orders')), 'credential_missing')
})

test('[C06] an older key opens a cookie until it leaves the list', async () => {
  const [old, young] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)]
  const browser = await world.signedIn(await world.backend(mount, { keys: [old] }))
  assert.equal((await browser.copy(await world.backend(mount, { keys: [young, old] })).fetch('/api/orders')).status, 200)
  assert.equal(await codeOf(await browser.copy(await world.backend(mount, { keys: [young] })).fetch('/api/orders')), 'credential_missing')
})

test('[C06] a second sign-in ends the session that the browser had, and the browser is known again', async () => {
  const backend = await world.backend(mount)
  const browser = await world.signedIn(backend)
  await browser.fetch('/api/orders')
  const token = String(world.upstream.last.headers['authorization']).slice(7)
  const { email } = await world.server.person()
  const device = browser.cookieNamed('__Host-bff-device')
  assert.ok(device !== undefined)
  await browser.signIn(email)
  assert.equal(await world.server.verdictOn(token), 'token_revoked')
  assert.equal((await browser.fetch('/api/orders')).status, 200)
})

test('[C06] what the issuer refuses at sign-in reaches the page, with what it needs to go on', async () => {
  const backend = await world.backend(mount)
  const wrong = await new Browser(backend).post('/bff/sign-in', { email: 'nobody@example.com', password: 'wrong' })
  assert.equal(wrong.status, 401)
  assert.equal(await codeOf(wrong), 'credentials_invalid')
  const transport = await new Browser(backend).post('/bff/sign-in', { email: 'a@example.com', password: 'b', transport: 'cookie' })
  assert.equal(await codeOf(transport), 'request_invalid')
})

/** A service that verifies what the backend sends. */
async function verifying(): Promise<{ readonly mounted: Mounted; readonly verifier: Verifier; readonly requests: IncomingMessage[] }> {
  const { credential } = await world.server.service()
  const issuer = world.server.url
  const claims = new MemoryReplayStore({ clock: systemClock })
  const signedRequests: VerifierOptions['signedRequests'] = { replay: { claim: (...claim) => claims.claim(...claim) } }
  const verifier = createVerifier({ issuer, audience: issuer, credential, signedRequests, platform: patientPlatform })
  await verifier.ready()
  const admit = guard(verifier)
  const requests: IncomingMessage[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push(request)
    const principal = await admit(request, response)
    if (principal === undefined) return
    let body = ''
    for await (const chunk of request) body += chunk
    response.end(JSON.stringify({ user: principal.user, session: principal.session, methods: principal.methods, body }))
  }
  return { mounted: await listening(createServer((request, response) => void answer(request, response))), verifier, requests }
}

test('[A21] the backend signs on the browser’s behalf: the service knows the user, no key or token reaches the page, nothing can be replayed', async () => {
  const { mounted, verifier, requests } = await verifying()
  const upstreams = [{ prefix: '/api', target: `http://127.0.0.1:${mounted.port}/v1`, credential: 'signature' as const }]
  const backend = await world.backend(mount, { upstreams })
  const browser = await world.signedIn(backend)
  const user = ((await (await browser.fetch('/bff/session')).json()) as { user: { id: string } }).user.id
  for (const [method, body] of [
    ['GET', undefined],
    ['POST', '{"apples":3}'],
    ['DELETE', undefined],
  ] as const) {
    const response = await browser.fetch('/api/orders?x=1', { method, ...(body === undefined ? {} : { body }) })
    const text = await response.text()
    assert.equal(response.status, 200, text)
    const told = JSON.parse(text)
    assert.equal(told.user, user)
    assert.equal(told.body, body ?? '')
    assert.ok(told.methods.includes('signature'))
    const { headers, url } = requests.at(-1) ?? assert.fail()
    assert.equal(url, '/v1/orders?x=1')
    assert.equal(headers.authorization, undefined)
    assert.match(String(headers['signature-input']), /"@method" "@target-uri"/)
    const keyId = /keyid="(CSK[A-Z2-7]{17})/.exec(String(headers['signature-input']))?.[1] ?? assert.fail()
    const shown = text + [...response.headers].filter(([name]) => name !== 'set-cookie').join()
    assert.doesNotMatch(shown, /cs_sk_|CSK[A-Z2-7]{17}/)
    assert.ok(!`${browser.cookie}${response.headers.getSetCookie().join()}`.includes(keyId))
  }
  // What somebody copies from the wire is good once.
  const { headers } = requests.at(-1) ?? assert.fail()
  const copied = await fetch(`http://127.0.0.1:${mounted.port}/v1/orders?x=1`, {
    method: 'DELETE',
    headers: { 'signature-input': String(headers['signature-input']), signature: String(headers.signature) },
  })
  assert.equal(await codeOf(copied), 'request_replayed')
  assert.equal(requests.filter((request) => String(request.headers['signature-input']).includes('keyid="CSK')).length >= 3, true)
  assert.equal((await browser.post('/bff/sign-out', {})).status, 204)
  verifier.close()
  await mounted.close()
})

test('[A21] a page sends no signature of its own, and a key of the backend speaks for the backend', async () => {
  const { mounted, verifier, requests } = await verifying()
  const { email } = await world.server.person()
  const { access_token: token } = await world.server.signIn(email)
  const { body: key } = await world.server.ask('POST', '/v1/access-keys', { token, body: { name: 'backend' } })
  const credential = { keyId: key.access_key.id, secret: key.secret_access_key }
  const upstreams = [{ prefix: '/api', target: `http://127.0.0.1:${mounted.port}`, credential }]
  const browser = await world.signedIn(await world.backend(mount, { upstreams }))
  const response = await browser.fetch('/api/orders', { headers: { signature: 'sig1=:AAAA:', 'signature-input': 'sig1=()' } })
  assert.equal(response.status, 200)
  assert.match(String(requests.at(-1)?.headers['signature-input']), new RegExp(`keyid="${credential.keyId}/`))
  verifier.close()
  await mounted.close()
})
