import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { ManualClock } from 'countersign/core'
import { type Connection, type Countersign, createCountersign, type ServerOptions } from '../../packages/server/src/index.ts'
import { CertificateReloader, readCertificate, type Reload } from '../../packages/server/src/server/certificate.ts'
import { selfSigned, type TestCertificate } from './server-certificate.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const far = (address: string, secure = false): Connection => ({ address, secure })

function embed(options: ServerOptions): Promise<Countersign> {
  return createCountersign({
    production: true,
    database: 'memory:',
    secret: randomBytes(32).toString('base64url'),
    issuer: 'https://auth.example.com',
    passwordMemoryKib: 64,
    passwordPasses: 1,
    logLevel: 'silent',
    ...options,
  })
}

function signIn(countersign: Countersign, connection: Connection | undefined, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request('http://auth.example.com/v1/sessions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ email: 'mira@example.com', password: PASSWORD }),
  })
  return countersign.fetch(request, connection)
}

const createMira = (countersign: Countersign): Promise<Response> =>
  countersign.localFetch(
    new Request('http://localhost/v1/users', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'mira@example.com', password: PASSWORD }),
    }),
  )

suite('[J06] credentials over plain HTTP in production', () => {
  let countersign: Countersign
  before(async () => {
    countersign = await embed({})
    await createMira(countersign)
  })
  after(() => countersign.close())

  test('are refused when they come from elsewhere', async () => {
    const response = await signIn(countersign, far('203.0.113.9'))
    assert.equal(response.status, 400)
    assert.equal((await response.json()).code, 'insecure_transport')
    assert.equal(response.headers.get('strict-transport-security'), null)
    for (const headers of [{ authorization: 'Bearer x' }, { cookie: 'a=b' }]) {
      const asked = await countersign.fetch(new Request('http://auth.example.com/.well-known/jwks.json', { headers }), far('203.0.113.9'))
      assert.equal((await asked.json()).code, 'insecure_transport')
    }
  })

  test('are refused whatever headers claim, as long as no proxy is named', async () => {
    const claims = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1', forwarded: 'proto=https' }
    assert.equal((await (await signIn(countersign, far('203.0.113.9'), claims)).json()).code, 'insecure_transport')
  })

  test('are taken over TLS, with HSTS, and from this machine', async () => {
    const secure = await signIn(countersign, far('203.0.113.9', true))
    assert.equal(secure.status, 201)
    assert.match(secure.headers.get('strict-transport-security') ?? '', /^max-age=\d{8}/)
    assert.equal((await signIn(countersign, far('::1'))).status, 201)
    assert.equal((await signIn(countersign, far('::ffff:127.0.0.1'))).status, 201)
  })

  test('what is public and carries nothing is answered', async () => {
    const response = await countersign.fetch(new Request('http://auth.example.com/.well-known/jwks.json'), far('203.0.113.9'))
    assert.equal(response.status, 200)
  })

  test('an embedding application that tells no peer is judged by its URL', async () => {
    assert.equal((await (await signIn(countersign, undefined)).json()).code, 'insecure_transport')
    const request = new Request('https://auth.example.com/v1/me', { headers: { authorization: 'Bearer x' } })
    assert.equal((await (await countersign.fetch(request)).json()).code, 'credential_malformed')
  })
})

suite('[J06] behind a named proxy', () => {
  let countersign: Countersign
  before(async () => {
    countersign = await embed({ trustedProxies: ['10.0.0.0/8', '192.0.2.7'] })
    await createMira(countersign)
  })
  after(() => countersign.close())

  const addressFor = async (connection: Connection, headers: Record<string, string>): Promise<unknown> =>
    (await (await signIn(countersign, connection, headers)).json()).session.device.address

  test('the proxy’s word about TLS counts', async () => {
    assert.equal((await signIn(countersign, far('10.1.2.3'), { 'x-forwarded-proto': 'https' })).status, 201)
    assert.equal((await signIn(countersign, far('10.1.2.3'))).status, 201)
    const plain = await signIn(countersign, far('10.1.2.3'), { 'x-forwarded-proto': 'https, http' })
    assert.equal((await plain.json()).code, 'insecure_transport')
    assert.equal(
      (await (await signIn(countersign, far('203.0.113.9'), { 'x-forwarded-proto': 'https' })).json()).code,
      'insecure_transport',
    )
  })

  test('the client is the first address from the right that is no named proxy', async () => {
    const cases: ReadonlyArray<readonly [peer: string, forwarded: string | undefined, client: string]> = [
      ['10.0.0.1', '198.51.100.4', '198.51.100.4'],
      ['10.0.0.1', 'evil, 198.51.100.4, 192.0.2.7', '198.51.100.4'],
      ['10.0.0.1', '127.0.0.1, 198.51.100.4', '198.51.100.4'],
      ['10.0.0.1', undefined, '10.0.0.1'],
      ['::ffff:10.0.0.1', '2001:db8::1', '2001:db8::1'],
    ]
    for (const [peer, forwarded, client] of cases) {
      assert.equal(await addressFor(far(peer), forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }), client)
    }
    assert.equal(await addressFor(far('203.0.113.9', true), { 'x-forwarded-for': '198.51.100.4' }), '203.0.113.9')
  })
})

suite('[J06] HTTPS from certificate files', () => {
  let folder: string
  let world: ServerWorld
  const files = () => ({ tlsCertificateFile: join(folder, 'cert.pem'), tlsKeyFile: join(folder, 'key.pem') })
  const first = selfSigned()

  function write({ cert, key }: TestCertificate): void {
    writeFileSync(files().tlsCertificateFile, cert)
    writeFileSync(files().tlsKeyFile, key)
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cs-tls-'))
    write(first)
    world = await ServerWorld.open({ ...files(), issuer: 'https://localhost' })
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  /** A new connection that trusts only the given certificate. */
  function healthThrough(
    trusted: string,
  ): Promise<{ readonly status: number; readonly hsts: string | undefined; readonly protocol: string | null }> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', servername: 'localhost', port: world.port, path: '/healthz', ca: trusted, agent: false }
      get(options, (response) => {
        response.resume()
        const protocol = (response.socket as TLSSocket).getProtocol()
        resolve({ status: response.statusCode ?? 0, hsts: response.headers['strict-transport-security'], protocol })
      }).on('error', reject)
    })
  }

  test('answers with the certificate of the files, and HSTS', async () => {
    assert.match(world.url, /^https:/)
    const { status, hsts, protocol } = await healthThrough(first.cert)
    assert.equal(status, 200)
    assert.match(hsts ?? '', /^max-age=/)
    assert.equal(protocol, 'TLSv1.3')
  })

  test('new connections get a renewed certificate without a restart, and a bad file changes nothing', async () => {
    const second = selfSigned()
    writeFileSync(files().tlsCertificateFile, second.cert)
    world.running.reloadCertificate()
    assert.equal((await healthThrough(first.cert)).status, 200)
    assert.match(world.lines.join(''), /holds no PEM private key, or not the one of/)

    write(second)
    world.running.reloadCertificate()
    assert.equal((await healthThrough(second.cert)).status, 200)
    await assert.rejects(healthThrough(first.cert), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })

    writeFileSync(files().tlsCertificateFile, 'not a certificate')
    world.running.reloadCertificate()
    assert.equal((await healthThrough(second.cert)).status, 200)
    assert.ok(!world.lines.join('').includes('PRIVATE KEY'))
  })

  /** One that has read the files as they are, and tells of each outcome. */
  function reloading(): { readonly reloader: CertificateReloader; readonly outcomes: EventEmitter } {
    const loaded = selfSigned()
    write(loaded)
    const watched = { certificateFile: files().tlsCertificateFile, keyFile: files().tlsKeyFile }
    const outcomes = new EventEmitter()
    const tell = ({ outcome }: Reload): void => void outcomes.emit(outcome)
    return { reloader: new CertificateReloader(watched, createServer(loaded), readCertificate(watched), tell), outcomes }
  }

  test('a changed file is noticed by itself', async () => {
    const { reloader, outcomes } = reloading()
    // It is changed again and again: whoever begins to watch has not seen the first change.
    reloader.start(20, new ManualClock(0))
    const changing = setInterval(() => write(selfSigned()), 100)
    try {
      await once(outcomes, 'reloaded')
    } finally {
      clearInterval(changing)
      reloader.stop()
    }
  })

  test('a file that is changed before the watching has begun is noticed as well', () => {
    const { reloader, outcomes } = reloading()
    const clock = new ManualClock(0)
    const heard: string[] = []
    outcomes.on('reloaded', () => heard.push('reloaded'))
    reloader.start(60_000, clock)
    write(selfSigned())
    assert.deepEqual(heard, [])
    clock.advance(60_000)
    assert.deepEqual(heard, ['reloaded'])
    reloader.stop()
  })

  test('a server does not start on files that do not fit', async () => {
    writeFileSync(files().tlsCertificateFile, selfSigned().cert)
    await assert.rejects(
      ServerWorld.openIn(folder, { ...files(), issuer: 'https://localhost' }),
      /holds no PEM private key, or not the one of/,
    )
  })
})

test('every answer carries the security headers, and a request id that the caller cannot choose', async () => {
  await using world = await ServerWorld.open()
  for (const path of ['/healthz', '/nothing', '/v1/me', '/setup', '/openapi.json']) {
    const { headers } = await world.ask('GET', path, { headers: { 'x-request-id': 'chosen' } })
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('server'), null)
    assert.equal(headers.get('x-powered-by'), null)
    assert.match(headers.get('x-request-id') ?? '', /^req_[A-Za-z0-9_-]{16}$/)
  }
})
