import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, createServer, request, type Server } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { after, before, suite, test } from 'node:test'
import { connect, type ConnectionOptions } from 'node:tls'
import { createVerifier, type Verifier } from 'countersign'
import { guard } from 'countersign/node'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { freePort } from '../../tool/free-port.ts'
import { portOf } from '../http/listening.ts'
import { PageBrowser } from '../http/page-browser.ts'
import { patientPlatform, untilSaid } from '../http/patience.ts'
import { certificate, selfSigned, TestAuthority, type TestCertificate } from '../http/server-certificate.ts'
import { PASSWORD } from '../http/server-world.ts'
import { certifiedFetch, certifiedKey, thumbprintOf } from './certified-fetch.ts'
import {
  claimsOf,
  DEVICE_GRANT,
  follow,
  OAuthWorld,
  onEachDatabase,
  type OpenWorld,
  REDIRECT,
  type RegisteredClient,
  refusedWith,
} from './oauth-world.ts'

const server = certificate({
  subject: [['CN', 'localhost']],
  names: [
    ['dns', 'localhost'],
    ['ip', '127.0.0.1'],
  ],
})
const authority = new TestAuthority('Clients')
const machine = { redirect_uris: [], grant_types: ['client_credentials'] }

/** All names by which a client can be known, in one certificate. */
const certified = {
  subject: [
    ['C', 'DE'],
    ['O', 'Harbour, Inc.'],
    ['CN', 'orders'],
  ],
  names: [
    ['dns', 'orders.example'],
    ['uri', 'spiffe://example/orders'],
    ['ip', '192.0.2.7'],
    ['email', 'orders@example.com'],
  ],
  purpose: 'clientAuth',
} as const

const known: Readonly<Record<string, string>> = {
  tls_client_auth_subject_dn: 'CN=orders, O=Harbour\\, Inc.,C=DE',
  tls_client_auth_san_dns: 'orders.example',
  tls_client_auth_san_uri: 'spiffe://example/orders',
  tls_client_auth_san_ip: '192.0.2.7',
  tls_client_auth_san_email: 'orders@example.com',
}

/** A server that asks for certificates. @param folder Where its own and that of the CA for clients are. */
async function openOverTls(folder: string, open: OpenWorld): Promise<OAuthWorld> {
  const path = (name: string): string => join(folder, name)
  writeFileSync(path('cert.pem'), server.cert)
  writeFileSync(path('key.pem'), server.key)
  writeFileSync(path('ca.pem'), authority.own.cert)
  const port = await freePort()
  const tls = { tlsCertificateFile: path('cert.pem'), tlsKeyFile: path('key.pem'), clientCaFile: path('ca.pem') }
  return open({ ...tls, port, issuer: `https://localhost:${port}`, mtlsUrl: `https://127.0.0.1:${port}` })
}

const issuerOf = ({ server: { port } }: OAuthWorld): URL => new URL(`https://localhost:${port}`)

/** The client as `openid-client` has it, on connections with this certificate. */
const configuredAt = (
  issuer: URL,
  { id }: RegisteredClient,
  own: TestCertificate | undefined,
  metadata: Partial<client.ClientMetadata> = {},
): Promise<client.Configuration> =>
  client.discovery(issuer, id, metadata, client.TlsClientAuth(), { [client.customFetch]: certifiedFetch(server, own) })

onEachDatabase('people who let such clients in, over TLS', (open) => {
  let folder: string
  let world: OAuthWorld
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cs-mtls-'))
    world = await openOverTls(folder, open)
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('[D03] [D01] what a client gets for a person is bound to its certificate, and what it refreshes to the one that it shows then', async () => {
    const email = 'mira@example.com'
    const {
      body: { user: mira },
    } = await world.server.local('POST', '/v1/users', { email, password: PASSWORD })
    const registered = await world.client({ tls_client_auth_san_dns: 'orders.example' })
    const [own, next] = [authority.issue(certified), authority.issue(certified)]
    const issuer = issuerOf(world)
    const config = await configuredAt(issuer, registered, own)
    const browser = new PageBrowser(issuer.href, {}, certifiedFetch(server))
    await browser.submit(await browser.open('/sign-in'), 'sign_in', { email, password: PASSWORD })
    const { to, checks } = await world.begin(config)
    const { page } = await follow(browser, issuer.href, to)
    const { url } = await follow(browser, issuer.href, await browser.send(page, 'allow'))
    assert.ok(url !== undefined)
    const { access_token: token, refresh_token: refresh = '' } = await client.authorizationCodeGrant(config, url, checks)
    assert.deepEqual([claimsOf(token).sub, claimsOf(token).cnf], [mira.id, { 'x5t#S256': thumbprintOf(own) }])
    assert.equal((await client.fetchUserInfo(config, token, mira.id)).email, email)

    // The other judge (oauth4webapi), with a certificate of the same name that has taken the place of the first.
    const over = { [oauth.customFetch]: certifiedFetch(server, next) }
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, over))
    const me: oauth.Client = { client_id: registered.id }
    const answer = await oauth.refreshTokenGrantRequest(as, me, oauth.TlsClientAuth(), refresh, over)
    const { access_token: renewed } = await oauth.processRefreshTokenResponse(as, me, answer)
    assert.deepEqual(claimsOf(renewed).cnf, { 'x5t#S256': thumbprintOf(next) })
    assert.equal(await refusedWith(client.fetchUserInfo(config, renewed, mira.id)), 'invalid_token')
    const info = await oauth.userInfoRequest(as, me, renewed, over)
    assert.equal((await oauth.processUserInfoResponse(as, me, mira.id, info)).email, email)
  })
})

suite('clients that prove themselves by a certificate (RFC 8705), over TLS', () => {
  let folder: string
  let world: OAuthWorld
  const path = (name: string): string => join(folder, name)

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cs-mtls-'))
    world = await openOverTls(folder, OAuthWorld.open)
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const issuer = (): URL => issuerOf(world)
  const configured = (registered: RegisteredClient, own: TestCertificate | undefined, metadata?: Partial<client.ClientMetadata>) =>
    configuredAt(issuer(), registered, own, metadata)

  const grant = async (registered: RegisteredClient, own: TestCertificate | undefined): Promise<string> =>
    refusedWith(client.clientCredentialsGrant(await configured(registered, own)))

  test('[D03] each name in a certificate of our CA can be what a client is known by, and its tokens are bound to the certificate', async () => {
    const own = authority.issue(certified)
    for (const [property, value] of Object.entries(known)) {
      const registered = await world.client({ ...machine, [property]: value })
      const { access_token: token } = await client.clientCredentialsGrant(await configured(registered, own))
      assert.deepEqual(claimsOf(token).cnf, { 'x5t#S256': thumbprintOf(own) }, property)
      assert.equal(claimsOf(token).client_id, registered.id)
    }
  })

  test('[D03] every other certificate, or none, is refused: of another name, CA or purpose, expired, of nobody', async () => {
    const registered = await world.client({ ...machine, tls_client_auth_san_dns: 'orders.example' })
    const others: Readonly<Record<string, TestCertificate | undefined>> = {
      'none at all': undefined,
      'of another name': authority.issue({ ...certified, names: [['dns', 'stock.example']] }),
      'of all names below it': authority.issue({ ...certified, names: [['dns', '*.example']] }),
      'with the name in its subject alone': authority.issue({ ...certified, subject: [['CN', 'orders.example']], names: [] }),
      'of another CA': new TestAuthority('Clients').issue(certified),
      'signed by itself': certificate(certified),
      'that is over': authority.issue({ ...certified, until: 2024 }),
      'for servers': authority.issue({ ...certified, purpose: 'serverAuth' }),
    }
    for (const [what, own] of Object.entries(others)) assert.equal(await grant(registered, own), 'invalid_client', what)
    const named = await world.client({ ...machine, tls_client_auth_subject_dn: 'CN=orders,O=Harbour' })
    assert.equal(await grant(named, authority.issue(certified)), 'invalid_client')
    assert.equal(await grant(registered, authority.issue(certified)), 'nothing')
  })

  test('[D03] a client may prove itself by this very certificate, whoever signed it; another of the same name, one that is over, and one that was taken away, do not do', async () => {
    const own = selfSigned('client')
    const next = selfSigned('client')
    const over = certificate({ subject: [['CN', 'client']], until: 2024 })
    const method = { token_endpoint_auth_method: 'self_signed_tls_client_auth' }
    const registered = await world.client({ ...machine, ...method, jwks: { keys: [own, next, over].map(certifiedKey) } })
    for (const each of [own, next]) {
      const { access_token: token } = await client.clientCredentialsGrant(await configured(registered, each))
      assert.deepEqual(claimsOf(token).cnf, { 'x5t#S256': thumbprintOf(each) })
    }
    for (const each of [selfSigned('client'), over, authority.issue(certified), undefined]) {
      assert.equal(await grant(registered, each), 'invalid_client')
    }
    assert.equal(registered.secret, undefined)
    const config = await configured(registered, next)
    const before = await Promise.all([own, next].map(async (each) => client.clientCredentialsGrant(await configured(registered, each))))
    const examined = () =>
      Promise.all(before.map(async ({ access_token: token }) => (await client.tokenIntrospection(config, token)).active))
    assert.deepEqual(await examined(), [true, true])
    const change = { jwks: { keys: [certifiedKey(next)] } }
    assert.equal((await world.server.local('PATCH', `/v1/clients/${registered.id}`, change)).status, 200)
    assert.deepEqual([await grant(registered, own), await grant(registered, next)], ['invalid_client', 'nothing'])
    assert.deepEqual(await examined(), [false, false])
  })

  test('[D03] a service takes a bound token over a connection with that certificate alone, and the issuer says what it is bound to', async () => {
    const own = authority.issue(certified)
    const registered = await world.client({ ...machine, tls_client_auth_san_dns: 'orders.example' })
    const config = await configured(registered, own)
    const { access_token: token } = await client.clientCredentialsGrant(config)
    await using orders = await Orders.open(issuer().href, (await world.server.service()).credential)
    assert.equal(await orders.ask(token, own), '200')
    for (const another of [authority.issue(certified), selfSigned(), undefined]) {
      assert.equal(await orders.ask(token, another), 'token_invalid')
    }
    assert.equal(await orders.ask(token, own), '200')
    const examined = await client.tokenIntrospection(config, token)
    assert.deepEqual([examined.active, examined.token_type, examined['cnf']], [true, 'Bearer', { 'x5t#S256': thumbprintOf(own) }])
    await client.tokenRevocation(config, token)
    assert.equal((await client.tokenIntrospection(config, token)).active, false)
    await orders.refusesAtOnce(token, own)
  })

  test('[D03] another judge (oauth4webapi) proves itself by a certificate at every endpoint, and without it at none', async () => {
    const own = authority.issue(certified)
    const grants = ['authorization_code', 'refresh_token', DEVICE_GRANT]
    const { id } = await world.client({ tls_client_auth_san_uri: 'spiffe://example/orders', grant_types: grants })
    const found = await oauth.discoveryRequest(issuer(), { [oauth.customFetch]: certifiedFetch(server) })
    const as = await oauth.processDiscoveryResponse(issuer(), found)
    assert.equal(as.tls_client_certificate_bound_access_tokens, true)
    for (const method of ['tls_client_auth', 'self_signed_tls_client_auth']) {
      assert.ok(as.token_endpoint_auth_methods_supported?.includes(method), method)
    }
    const me: oauth.Client = { client_id: id }
    const auth = oauth.TlsClientAuth()
    const endpoints: Readonly<Record<string, (by: TestCertificate | undefined) => Promise<Response>>> = {
      pushed: (by) =>
        oauth.pushedAuthorizationRequest(
          as,
          me,
          auth,
          { redirect_uri: REDIRECT, response_type: 'code', scope: 'openid', code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' },
          { [oauth.customFetch]: certifiedFetch(server, by) },
        ),
      device: (by) =>
        oauth.deviceAuthorizationRequest(as, me, auth, { scope: 'openid' }, { [oauth.customFetch]: certifiedFetch(server, by) }),
      introspection: (by) => oauth.introspectionRequest(as, me, auth, 'x', { [oauth.customFetch]: certifiedFetch(server, by) }),
      revocation: (by) => oauth.revocationRequest(as, me, auth, 'x', { [oauth.customFetch]: certifiedFetch(server, by) }),
    }
    for (const [name, ask] of Object.entries(endpoints)) {
      assert.ok((await ask(own)).ok, name)
      const refused = await ask(selfSigned('orders.example'))
      assert.deepEqual([refused.status, ((await refused.json()) as { error: string }).error], [401, 'invalid_client'], name)
      assert.equal((await ask(undefined)).status, 401, name)
    }
  })

  test('[D03] where certificates are asked for under another name, both judges find it there, and a proof by DPoP may name it', async () => {
    const own = authority.issue(certified)
    const known = { ...machine, tls_client_auth_san_dns: 'orders.example' }
    const alias = `https://127.0.0.1:${issuer().port}`
    const bound = await configured(await world.client(known), own, { use_mtls_endpoint_aliases: true })
    const asked: string[] = []
    const fetched = certifiedFetch(server, own)
    bound[client.customFetch] = (url, options) => {
      asked.push(url)
      return fetched(url, options)
    }
    const { access_token: token } = await client.clientCredentialsGrant(bound)
    assert.equal((await client.tokenIntrospection(bound, token)).active, true)
    assert.deepEqual(asked, [`${alias}/oauth/token`, `${alias}/oauth/introspect`])
    const { id } = await world.client({ ...known, requires_dpop: true })
    const found = await oauth.discoveryRequest(issuer(), { [oauth.customFetch]: certifiedFetch(server) })
    const as = await oauth.processDiscoveryResponse(issuer(), found)
    const me: oauth.Client = { client_id: id, use_mtls_endpoint_aliases: true }
    const DPoP = oauth.DPoP(me, await oauth.generateKeyPair('ES256'))
    const options = { DPoP, [oauth.customFetch]: certifiedFetch(server, own) }
    const response = await oauth.clientCredentialsGrantRequest(as, me, oauth.TlsClientAuth(), {}, options)
    const given = await oauth.processClientCredentialsResponse(as, me, response)
    assert.deepEqual([given.token_type, Object.keys(claimsOf(given.access_token).cnf)], ['dpop', ['jkt']])
  })

  test('[D03] a client with a secret may have its tokens bound as well: without a certificate it gets none', async () => {
    const registered = await world.client({ ...machine, tls_client_certificate_bound_access_tokens: true })
    const own = selfSigned('any')
    const ask = async (by: TestCertificate | undefined) => {
      const options = { [client.customFetch]: certifiedFetch(server, by) }
      return client.clientCredentialsGrant(await client.discovery(issuer(), registered.id, registered.secret, undefined, options))
    }
    assert.deepEqual(claimsOf((await ask(own)).access_token).cnf, { 'x5t#S256': thumbprintOf(own) })
    assert.equal(await refusedWith(ask(undefined)), 'invalid_grant')
  })

  const ours = (own: TestCertificate) => ({
    port: Number(issuer().port),
    host: 'localhost',
    servername: 'localhost',
    ca: server.cert,
    ...own,
  })

  test('a connection with a certificate is never resumed from an earlier one: whose it is is found out each time', async () => {
    const own = authority.issue(certified)
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      let session: Buffer | undefined
      for (let attempt = 0; attempt < 2; attempt++) {
        const socket = connect({ ...ours(own), maxVersion, ...(session === undefined ? {} : { session }) })
        socket.on('session', (given) => {
          session = given
        })
        await new Promise((resolve) => socket.once('data', resolve).write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'))
        assert.equal(socket.isSessionReused(), false)
        socket.destroy()
      }
    }
  })

  test('[D03] a connection stays whose it is: no second handshake puts another certificate behind what was found of the first', async () => {
    const socket = connect({ ...ours(authority.issue(certified)), maxVersion: 'TLSv1.2' })
    await once(socket, 'secureConnect')
    const outcome = await new Promise((resolve) => {
      for (const event of ['error', 'close']) socket.once(event, () => resolve('ended'))
      socket.renegotiate({}, () => resolve('negotiated anew'))
    })
    assert.equal(outcome, 'ended')
    socket.destroy()
  })

  test('[D03] a CA that is taken out of its file vouches for nobody any more, without a restart', async () => {
    const registered = await world.client({ ...machine, tls_client_auth_san_dns: 'orders.example' })
    const another = new TestAuthority('Others')
    const [own, others] = [authority.issue(certified), another.issue(certified)]
    assert.deepEqual([await grant(registered, own), await grant(registered, others)], ['nothing', 'invalid_client'])
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: server.cert, ...own })
    const ask = () => began(agent, issuer(), registered)
    assert.deepEqual(await (await ask())(), [200, 'keep-alive'])
    // On its way when the CA goes, over a connection from before.
    const finish = await ask()
    writeFileSync(path('ca.pem'), another.own.cert)
    world.server.running.reloadCertificate()
    assert.deepEqual(await finish(), [401, 'close'])
    agent.destroy()
    assert.deepEqual([await grant(registered, own), await grant(registered, others)], ['invalid_client', 'nothing'])
    const late = await halfway(ours(others))
    writeFileSync(path('ca.pem'), authority.own.cert)
    world.server.running.reloadCertificate()
    assert.equal(await late(`POST /oauth/token HTTP/1.1\r\nHost: localhost\r\n\r\n`), 'closed', 'a handshake that began before')
    assert.equal(await grant(registered, others), 'invalid_client')
    writeFileSync(path('ca.pem'), another.own.cert)
    world.server.running.reloadCertificate()
    writeFileSync(path('ca.pem'), selfSigned().cert)
    world.server.running.reloadCertificate()
    assert.equal(await grant(registered, others), 'nothing')
    writeFileSync(path('ca.pem'), authority.own.cert)
    world.server.running.reloadCertificate()
  })

  test('[D08] what contradicts itself, or would let in more than one, is not registered', async () => {
    const registered = selfSigned()
    const [own, pem] = [certifiedKey(registered), registered.cert]
    const { x5c: _x5c, ...bare } = own
    const selfSignedMethod = { token_endpoint_auth_method: 'self_signed_tls_client_auth' }
    for (const [change, pointer] of [
      [{ tls_client_auth_san_dns: '*.example' }, '/tls_client_auth_san_dns'],
      [{ tls_client_auth_san_dns: '.example' }, '/tls_client_auth_san_dns'],
      [{ tls_client_auth_san_ip: '192.0.2' }, '/tls_client_auth_san_ip'],
      [{ tls_client_auth_san_uri: 'orders' }, '/tls_client_auth_san_uri'],
      [{ tls_client_auth_san_email: 'orders' }, '/tls_client_auth_san_email'],
      [{ tls_client_auth_subject_dn: 'orders' }, '/tls_client_auth_subject_dn'],
      [{ tls_client_auth_subject_dn: 'CN=a,nonsense=b' }, '/tls_client_auth_subject_dn'],
      [{ tls_client_auth_san_dns: 'a.example', tls_client_auth_san_ip: '192.0.2.1' }, '/tls_client_auth_san_ip'],
      [{ token_endpoint_auth_method: 'tls_client_auth' }, '/token_endpoint_auth_method'],
      [{ ...selfSignedMethod, tls_client_auth_san_dns: 'a.example', jwks: { keys: [own] } }, '/tls_client_auth_san_dns'],
      [selfSignedMethod, '/jwks'],
      [{ ...selfSignedMethod, jwks: { keys: [bare] } }, '/jwks'],
      [{ ...selfSignedMethod, jwks: { keys: [{ ...certifiedKey(selfSigned()), x5c: own['x5c'] }] } }, '/jwks'],
      [{ ...selfSignedMethod, jwks: { keys: [{ ...own, x5c: [Buffer.from(pem).toString('base64')] }] } }, '/jwks'],
      [{ kind: 'public', tls_client_auth_san_dns: 'a.example' }, '/token_endpoint_auth_method'],
      [
        { tls_client_auth_san_dns: 'a.example', tls_client_certificate_bound_access_tokens: true, requires_dpop: true },
        '/tls_client_certificate_bound_access_tokens',
      ],
    ] as const) {
      const body = { name: 'Evil', kind: 'confidential', redirect_uris: ['https://orders.example/callback'], ...change }
      const { status, text } = await world.server.local('POST', '/v1/clients', body)
      assert.equal(status, 400, JSON.stringify(change))
      assert.match(text, new RegExp(`"${pointer}"`), JSON.stringify(change))
    }
    await using plain = await OAuthWorld.open()
    for (const change of [{ tls_client_auth_san_dns: 'a.example' }, { tls_client_certificate_bound_access_tokens: true }]) {
      const { status, text } = await plain.server.local('POST', '/v1/clients', { name: 'A', kind: 'confidential', ...machine, ...change })
      assert.equal(status, 400)
      assert.match(text, /none reach this server/)
    }
    const promised = (await plain.server.ask('GET', '/.well-known/openid-configuration')).body
    assert.equal(promised.tls_client_certificate_bound_access_tokens, false)
    assert.doesNotMatch(JSON.stringify(promised.token_endpoint_auth_methods_supported), /tls/)
  })
})

/** A request that the server is at work on. @returns what sends the rest of it: status, and what becomes of the connection. */
function began(
  agent: Agent,
  issuer: URL,
  { id }: RegisteredClient,
): Promise<() => Promise<readonly [number | undefined, string | undefined]>> {
  const body = `grant_type=client_credentials&client_id=${id}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length, expect: '100-continue' }
  const asked = request(new URL('/oauth/token', issuer), { method: 'POST', agent, headers })
  const finish = async (): Promise<readonly [number | undefined, string | undefined]> => {
    asked.end(body)
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
    return [response.statusCode, response.headers.connection]
  }
  asked.flushHeaders()
  return once(asked, 'continue').then(() => finish)
}

/** A handshake of which the server has heard the beginning. @returns what goes on with it, and says something: the answer begins so. */
async function halfway(options: ConnectionOptions): Promise<(text: string) => Promise<string>> {
  const wire = connectTcp(options.port ?? 0, options.host ?? '')
  const [near, far] = duplexPair()
  const held: Uint8Array[] = []
  const answered = once(wire, 'data')
  far.once('data', (hello: Uint8Array) => {
    wire.write(hello)
    far.on('data', (chunk: Uint8Array) => held.push(chunk))
  })
  wire
    .on('data', (chunk) => far.write(chunk))
    .on('close', () => far.end())
    .on('error', () => far.end())
  const socket = connect({ ...options, socket: near })
  await Promise.all([answered, once(socket, 'secureConnect')])
  return async (text) => {
    const heard = new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(String(data).slice(0, 12)))
      for (const event of ['close', 'error', 'end']) socket.once(event, () => resolve('closed'))
    })
    socket.write(text)
    far.removeAllListeners('data')
    far.on('data', (chunk: Uint8Array) => wire.write(chunk))
    for (const chunk of held) wire.write(chunk)
    const outcome = await heard
    socket.destroy()
    wire.destroy()
    return outcome
  }
}

/** A service in TLS of its own, with our verifier. */
class Orders implements AsyncDisposable {
  readonly #server: Server
  readonly #verifier: Verifier

  static async open(issuer: string, credential: string): Promise<Orders> {
    const platform = { ...patientPlatform, fetch: certifiedFetch(server) }
    const name = issuer.replace(/\/$/, '')
    const verifier = createVerifier({ issuer: name, audience: name, credential, platform })
    await verifier.ready()
    const guarded = guard(verifier)
    const listening = createServer({ ...server, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      void guarded(request, response).then((principal) => principal && response.end('{}'))
    })
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    return new Orders(listening, verifier)
  }

  private constructor(listening: Server, verifier: Verifier) {
    this.#server = listening
    this.#verifier = verifier
  }

  /** `200`, or the code of the refusal, which is 401 (RFC 8705 section 3). */
  async ask(token: string, own: TestCertificate | undefined): Promise<string> {
    const headers = { authorization: `Bearer ${token}` }
    const response = await certifiedFetch(server, own)(`https://localhost:${portOf(this.#server)}/orders`, { headers })
    if (response.status === 200) return '200'
    assert.equal(response.status, 401)
    assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
    return ((await response.json()) as { code: string }).code
  }

  /** What was revoked travels for a moment. */
  async refusesAtOnce(token: string, own: TestCertificate): Promise<void> {
    await untilSaid('token_revoked', () => this.ask(token, own))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    this.#verifier.close()
  }
}
