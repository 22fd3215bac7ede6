import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { request as httpsRequest } from 'node:https'
import { suite, test } from 'node:test'
import type { RefusalCode } from 'countersign'
import { toEpochSeconds } from 'countersign/core'
import { hmacKey, jwsAlgorithms, sha256Base64url } from 'countersign/crypto'
import { generateSigningKey, type SigningKey } from 'countersign/key'
import { guard as honoGuard } from 'countersign/hono'
import { MemoryReplayStore } from 'countersign/replay'
import { createDpopProof, type DpopFacts } from 'countersign/token'
import { Hono } from 'hono'
import { followIssuer, GuardedService } from './guarded-service.ts'
import { mounts } from './mount.ts'
import type { RawResponse } from './raw-request.ts'
import { selfSigned, type TestCertificate } from './server-certificate.ts'
import { tlsMounts } from './tls-mount.ts'

const key = generateSigningKey('ES256')
const thief = generateSigningKey('ES256')

/** A token that is bound to the key, and what its holder needs to use it. */
class Holder {
  readonly service: GuardedService
  readonly token: string
  #proofs = 0

  constructor(service: GuardedService, cnf: Readonly<Record<string, unknown>> | 'none' = { jkt: key.kid }) {
    this.service = service
    this.token = service.issuer.token({ cnf: cnf === 'none' ? undefined : cnf })
  }

  proof(changes: Partial<DpopFacts> = {}, signingKey: SigningKey = key): string {
    return createDpopProof(signingKey, {
      method: 'GET',
      uri: `http://127.0.0.1:${this.service.port}/orders`,
      id: `proof-${++this.#proofs}`,
      issuedAt: toEpochSeconds(this.service.clock.now()),
      accessToken: this.token,
      ...changes,
    })
  }

  send(proof: string | undefined, { scheme = 'DPoP', target = '/orders', method = 'GET', token = this.token } = {}): Promise<RawResponse> {
    const headers: [string, string][] = [['Authorization', `${scheme} ${token}`]]
    if (proof !== undefined) headers.push(['DPoP', proof])
    return this.service.send({ method, target, headers })
  }

  async isAccepted(proof: string, options?: Parameters<Holder['send']>[1]): Promise<void> {
    const { status, body } = await this.send(proof, options)
    assert.equal(status, 200, body)
  }

  async isRefused(code: RefusalCode, proof: string | undefined, options?: Parameters<Holder['send']>[1]): Promise<RawResponse> {
    return this.service.isRefused(await this.send(proof, options), code)
  }
}

/** What an attacker who has the token, and may see proofs, tries. */
const attacks: ReadonlyArray<readonly [name: string, code: RefusalCode, attack: (holder: Holder) => ReturnType<Holder['send']>]> = [
  ['the token without any proof', 'proof_invalid', (holder) => holder.send(undefined)],
  ['the token as a bearer token', 'token_invalid', (holder) => holder.send(undefined, { scheme: 'Bearer' })],
  ['the token as a bearer token, with a proof', 'token_invalid', (holder) => holder.send(holder.proof(), { scheme: 'Bearer' })],
  ['a proof by another key', 'proof_invalid', (holder) => holder.send(holder.proof({}, thief))],
  ['a proof for another method', 'proof_invalid', (holder) => holder.send(holder.proof({ method: 'POST' }))],
  ['a proof for another path', 'proof_invalid', (holder) => holder.send(holder.proof(), { target: '/strict' })],
  ['a proof for another service', 'proof_invalid', (holder) => holder.send(holder.proof({ uri: 'http://other.example/orders' }))],
  ['a proof for another token', 'proof_invalid', (holder) => holder.send(holder.proof({ accessToken: 'another' }))],
  ['an old proof', 'request_expired', (holder) => holder.send(holder.proof({ issuedAt: toEpochSeconds(holder.service.clock.now()) - 66 }))],
  [
    'a proof from the future',
    'request_expired',
    (holder) => holder.send(holder.proof({ issuedAt: toEpochSeconds(holder.service.clock.now()) + 6 })),
  ],
  ['an unsigned proof', 'proof_invalid', (holder) => holder.send(resigned(holder.proof(), { alg: 'none' }, () => ''))],
  [
    'a proof under a shared secret',
    'proof_invalid',
    (holder) =>
      holder.send(resigned(holder.proof(), { alg: 'HS256' }, (input) => jwsAlgorithms.HS256.sign(hmacKey(new Uint8Array(32)), input))),
  ],
  [
    'a proof that shows its private key',
    'proof_invalid',
    (holder) => holder.send(resigned(holder.proof(), { jwk: { ...key.publicJwk, d: 'AAAA' } }, signed)),
  ],
  ['a proof that is no JWT', 'proof_invalid', (holder) => holder.send('proof')],
  ['two proofs', 'proof_invalid', (holder) => holder.send(`${holder.proof()}, ${holder.proof()}`)],
]

const signed = (input: string): string => jwsAlgorithms.ES256.sign(key.privateKey, input)

function resigned(proof: string, header: object, sign: (input: string) => string): string {
  const [first = '', payload = ''] = proof.split('.')
  const changed = { ...JSON.parse(Buffer.from(first, 'base64url').toString()), ...header }
  const input = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${payload}`
  return `${input}.${sign(input)}`
}

for (const [name, mount] of Object.entries(mounts)) {
  suite(`tokens that are bound to a key, behind ${name}`, () => {
    test('[D03] the holder of the key gets in, once for each proof, and again with a remembered token', async () => {
      await using service = await GuardedService.open(mount)
      const holder = new Holder(service)
      const proof = holder.proof()
      await holder.isAccepted(proof)
      const replayed = await holder.isRefused('request_replayed', proof)
      assert.match(replayed.headers.get('www-authenticate') ?? '', /^DPoP error="invalid_dpop_proof".*algs="ES256 EdDSA RS256 PS256"$/)
      await holder.isAccepted(holder.proof())
      await holder.isAccepted(holder.proof({ method: 'POST' }), { method: 'POST' })
      await holder.isAccepted(holder.proof(), { scheme: 'dpop', target: '/orders?page=2' })
      assert.equal(service.handled, 4)
    })

    test('[A15] [D03] a token that was stolen off the machine is refused everywhere, whatever is sent with it', async () => {
      await using service = await GuardedService.open(mount)
      const holder = new Holder(service)
      for (const [what, code, attack] of attacks) {
        const response = await attack(holder)
        assert.equal(JSON.parse(response.body).code, code, what)
        service.isRefused(response, code)
      }
      assert.equal(service.handled, 0)
      // And none of that was remembered against its holder.
      await holder.isAccepted(holder.proof())
    })

    test('of 64 copies of one request at once one is accepted', async () => {
      await using service = await GuardedService.open(mount)
      const holder = new Holder(service)
      const proof = holder.proof()
      const answers = await Promise.all(Array.from({ length: 64 }, () => holder.send(proof)))
      assert.deepEqual(
        [200, 401].map((status) => answers.filter((answer) => answer.status === status).length),
        [1, 63],
      )
      assert.equal(service.handled, 1)
    })

    test('a token that is bound to no key is refused as DPoP, and one that is bound to something else is refused at all', async () => {
      await using service = await GuardedService.open(mount)
      const free = new Holder(service, 'none')
      await free.isAccepted(free.proof(), { scheme: 'Bearer' })
      await free.isRefused('token_invalid', free.proof())
      for (const cnf of [{}, { kid: 'x' }, { jkt: 'short' }, { jkt: key.kid, jku: 'https://evil.example' }, { jwk: key.publicJwk }]) {
        const bound = new Holder(service, cnf)
        await bound.isRefused('token_invalid', bound.proof())
        await bound.isRefused('token_invalid', undefined, { scheme: 'Bearer' })
      }
    })

    test('where nonces are asked for, the first request learns one, which holds for a minute and no longer than two', async () => {
      await using service = await GuardedService.open(mount, { possession: { nonces: true } })
      const holder = new Holder(service)
      const first = await holder.isRefused('proof_nonce_required', holder.proof())
      assert.match(first.headers.get('www-authenticate') ?? '', /^DPoP error="use_dpop_nonce"/)
      const nonce = first.headers.get('dpop-nonce') ?? ''
      await holder.isAccepted(holder.proof({ nonce }))
      await holder.isAccepted(holder.proof({ nonce }))
      for (const wrong of ['x', `${nonce}x`, nonce.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), nonce.replace(/^./, '0')])
        await holder.isRefused('proof_nonce_required', holder.proof({ nonce: wrong }))
      for (let second = 0; second < 60; second += 4) {
        service.clock.advance(4000)
        service.issuer.heartbeat()
      }
      await holder.isAccepted(holder.proof({ nonce }))
      for (let second = 0; second < 60; second += 4) {
        service.clock.advance(4000)
        service.issuer.heartbeat()
      }
      await holder.isRefused('proof_nonce_required', holder.proof({ nonce }))
    })

    test('a revoked token is refused with the best of proofs', async () => {
      await using service = await GuardedService.open(mount)
      const holder = new Holder(service)
      await holder.isAccepted(holder.proof())
      service.issuer.revoke('session', 'ses_1')
      await holder.isRefused('token_revoked', holder.proof())
    })
  })
}

test('a proof from before a process began is refused, since nobody knows whether it was used', async () => {
  await using service = await GuardedService.open(mounts['node:http'] as NonNullable<(typeof mounts)[string]>)
  const holder = new Holder(service)
  await holder.isRefused('request_expired', holder.proof({ issuedAt: toEpochSeconds(service.clock.now()) - 1 }))
})

test('verifiers that share a replay store accept a proof once between them, those that share nonce keys take each other’s nonces', async () => {
  const { clock, issuer, verifier } = await followIssuer()
  verifier.close()
  const mount = mounts['node:http'] as NonNullable<(typeof mounts)[string]>
  const possession = { replay: new MemoryReplayStore({ clock }), nonces: { keys: [new Uint8Array(32).fill(7)] } }
  const origin = 'https://orders.example'
  await using one = await GuardedService.open(mount, { possession, origin })
  await using other = await GuardedService.open(mount, { possession, origin })
  const at = new Holder(one)
  const token = one.issuer.token({ cnf: { jkt: key.kid } })
  const nonce = (await at.isRefused('proof_nonce_required', at.proof({ uri: `${origin}/orders` }))).headers.get('dpop-nonce') ?? ''
  const proof = at.proof({ uri: `${origin}/orders`, nonce })
  await at.isAccepted(proof)
  const there = new Holder(other)
  const proofThere = createDpopProof(key, {
    method: 'GET',
    uri: `${origin}/orders`,
    id: 'proof-2',
    issuedAt: toEpochSeconds(clock.now()),
    accessToken: there.token,
    nonce,
  })
  // The same id by the same key: whatever the token, the proof was used.
  await there.isRefused('request_replayed', proofThere)
  assert.ok(token !== '' && issuer.head === 0)
})

test('a possession option that is wrong is named', async () => {
  const wrong: ReadonlyArray<readonly [options: object, message: RegExp]> = [
    [
      { possession: { nonces: { keys: [new Uint8Array(8)] } } },
      /possession: nonces must be true, false, or hold keys of at least 32 bytes/,
    ],
    [{ possession: { proofSeconds: 0 } }, /possession: proofSeconds must be from 1 to 600/],
    [{ possession: { algorithms: ['HS256'] } }, /possession: algorithms must be some of ES256/],
    [{ possession: { proof: true } }, /possession: proof is not an option/],
    [{ possession: { certificateHeader: 'Client-Cert' } }, /certificateHeader needs trustedProxies/],
    [{ possession: { certificateHeader: 'X-Cert' }, trustedProxies: ['10.0.0.1'] }, /certificateHeader needs a form/],
  ]
  for (const [options, message] of wrong) await assert.rejects(followIssuer(options), message)
})

const certificate = selfSigned()
const otherCertificate = selfSigned()
const thumbprintOf = ({ cert }: TestCertificate): string => sha256Base64url(new X509Certificate(cert).raw)
const fieldOf = ({ cert }: TestCertificate): string => `:${new X509Certificate(cert).raw.toString('base64')}:`

/** One request over TLS, with this client certificate. */
function askOverTls(port: number, token: string, client: TestCertificate | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      host: 'localhost',
      ca: certificate.cert,
      agent: false,
      path: '/orders',
      headers: { authorization: `Bearer ${token}` },
      ...client,
    }
    const asked = httpsRequest(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(response.statusCode === 200 ? '200' : JSON.parse(text).code))
    })
    asked.on('error', reject)
    asked.end()
  })
}

for (const [name, mount] of Object.entries(tlsMounts)) {
  test(`[D03] [A15] behind ${name} a token that is bound to a certificate is accepted over a connection of that certificate alone`, async () => {
    const { issuer, verifier } = await followIssuer()
    const { port, close } = await mount(verifier, certificate)
    try {
      const token = issuer.token({ cnf: { 'x5t#S256': thumbprintOf(certificate) } })
      assert.equal(await askOverTls(port, token, certificate), '200')
      // A remembered token is asked for its certificate as well.
      assert.equal(await askOverTls(port, token, otherCertificate), 'token_invalid')
      assert.equal(await askOverTls(port, token, undefined), 'token_invalid')
      assert.equal(await askOverTls(port, token, certificate), '200')
      assert.equal(await askOverTls(port, issuer.token({ cnf: { 'x5t#S256': 'short' } }), certificate), 'token_invalid')
    } finally {
      await close()
      verifier.close()
    }
  })
}

test('[D03] a request without a connection, as fetch alone has it, shows no certificate, whatever its headers say', async () => {
  const { issuer, verifier } = await followIssuer({ trustedProxies: ['127.0.0.1'], possession: { certificateHeader: 'Client-Cert' } })
  const app = new Hono()
  app.get('/orders', honoGuard(verifier), (context) => context.text('{}'))
  const authorization = `Bearer ${issuer.token({ cnf: { 'x5t#S256': thumbprintOf(certificate) } })}`
  const response = await app.request('/orders', { headers: { authorization, 'client-cert': fieldOf(certificate) } })
  assert.deepEqual([response.status, ((await response.json()) as { code: string }).code], [401, 'token_invalid'])
  verifier.close()
})

for (const [name, mount] of Object.entries(mounts)) {
  test(`behind ${name} a named proxy tells of the certificate, and nobody else does`, async () => {
    const header = { certificateHeader: 'Client-Cert' }
    await using service = await GuardedService.open(mount, { trustedProxies: ['127.0.0.1'], possession: header })
    await using open = await GuardedService.open(mount, { trustedProxies: ['192.0.2.1'], possession: header })
    const send = async (to: GuardedService, ...headers: readonly (readonly [string, string])[]): Promise<string> => {
      const token = to.issuer.token({ cnf: { 'x5t#S256': thumbprintOf(certificate) } })
      const { status, body } = await to.send({ target: '/orders', headers: [['Authorization', `Bearer ${token}`], ...headers] })
      return status === 200 ? '200' : JSON.parse(body).code
    }
    assert.equal(await send(service, ['Client-Cert', fieldOf(certificate)]), '200')
    assert.equal(await send(service, ['Client-Cert', fieldOf(otherCertificate)]), 'token_invalid')
    assert.equal(await send(service), 'token_invalid')
    assert.equal(await send(service, ['Client-Cert', 'x']), 'credential_malformed')
    assert.equal(await send(open, ['Client-Cert', fieldOf(certificate)]), 'token_invalid')
  })
}

test('a token that is bound to a key and to a certificate needs both', async () => {
  await using service = await GuardedService.open(mounts['node:http'] as NonNullable<(typeof mounts)[string]>, {
    trustedProxies: ['127.0.0.1'],
    possession: { certificateHeader: 'Client-Cert' },
  })
  const holder = new Holder(service, { jkt: key.kid, 'x5t#S256': thumbprintOf(certificate) })
  await holder.isRefused('token_invalid', holder.proof())
  const send = (proof: string): Promise<RawResponse> =>
    service.send({
      target: '/orders',
      headers: [
        ['Authorization', `DPoP ${holder.token}`],
        ['DPoP', proof],
        ['Client-Cert', fieldOf(certificate)],
      ],
    })
  assert.equal((await send(holder.proof())).status, 200)
  service.isRefused(await send(holder.proof({}, thief)), 'proof_invalid')
})
