import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { freePort } from '../../tool/free-port.ts'
import { selfSigned, TestAuthority, type TestCertificate } from '../http/server-certificate.ts'
import { certificateField, certifiedKey, thumbprintOf } from './certified-fetch.ts'
import { claimsOf, DEVICE_GRANT, OAuthWorld, onEachDatabase, type RegisteredClient, refusedWith } from './oauth-world.ts'

const machine = { redirect_uris: [], grant_types: ['client_credentials'] }
const header = { clientCertificateHeader: 'Client-Cert', clientCertificateVerdict: 'X-Client-Verify' }

type Headers = Readonly<Record<string, string>>

/** What the proxy says of the client's certificate. */
const told = (own: TestCertificate | undefined, more: Headers = {}): Headers =>
  own === undefined ? more : { 'client-cert': certificateField(own), ...more }

/** The client, as the server sees it through the proxy. */
function through(config: client.Configuration, headers: Headers): client.Configuration {
  config[client.customFetch] = (url, options) => fetch(url, { ...options, headers: { ...options.headers, ...headers } } as RequestInit)
  return config
}

onEachDatabase('certificates that a named proxy tells of', (open) => {
  let world: OAuthWorld
  before(async () => {
    world = await open({ trustedProxies: ['127.0.0.1'], ...header })
  })
  after(() => world[Symbol.asyncDispose]())

  const grant = async (registered: RegisteredClient, headers: Headers, at = world): Promise<string> =>
    refusedWith(client.clientCredentialsGrant(through(await at.configured(registered, client.TlsClientAuth()), headers)))

  test('[D03] tokens of an application in a browser are bound to its certificate, and its refresh tokens as well: nobody else uses either', async () => {
    const person = await world.server.person()
    const registered = await world.client({ kind: 'public', tls_client_certificate_bound_access_tokens: true })
    const [own, stolen] = [selfSigned('app'), selfSigned('app')]
    const { config, back, checks } = await world.consented(person, registered)
    const given = await client.authorizationCodeGrant(through(config, told(own)), back, checks)
    assert.deepEqual(claimsOf(given.access_token).cnf, { 'x5t#S256': thumbprintOf(own) })
    for (const another of [undefined, stolen]) {
      through(config, told(another))
      assert.equal(await refusedWith(client.refreshTokenGrant(config, given.refresh_token ?? '')), 'invalid_grant')
      assert.equal(await refusedWith(client.fetchUserInfo(config, given.access_token, person.user.id)), 'invalid_token')
    }
    through(config, told(own))
    assert.equal((await client.fetchUserInfo(config, given.access_token, person.user.id)).email, person.email)
    const next = await client.refreshTokenGrant(config, given.refresh_token ?? '')
    assert.deepEqual(claimsOf(next.access_token).cnf, { 'x5t#S256': thumbprintOf(own) })
    assert.equal(await refusedWith(client.refreshTokenGrant(through(config, told(stolen)), next.refresh_token ?? '')), 'invalid_grant')
  })

  test('[D03] a refresh token of before its client was bound is bound when it is replaced', async () => {
    const person = await world.server.person()
    const registered = await world.client({ kind: 'public' })
    const [own, stolen] = [selfSigned('app'), selfSigned('app')]
    const { config, refresh_token: before = '' } = await world.tokens(person, registered)
    const change = { tls_client_certificate_bound_access_tokens: true }
    assert.equal((await world.server.local('PATCH', `/v1/clients/${registered.id}`, change)).status, 200)
    assert.equal(await refusedWith(client.refreshTokenGrant(config, before)), 'invalid_grant')
    const { refresh_token: next = '' } = await client.refreshTokenGrant(through(config, told(own)), before)
    assert.equal(await refusedWith(client.refreshTokenGrant(through(config, told(stolen)), next)), 'invalid_grant')
    assert.deepEqual(claimsOf((await client.refreshTokenGrant(through(config, told(own)), next)).access_token).cnf, {
      'x5t#S256': thumbprintOf(own),
    })
  })

  test('[D03] and to the key of its proof, where the client was bound to keys', async () => {
    const registered = await world.client({ kind: 'public' })
    const { config, refresh_token: before = '' } = await world.tokens(await world.server.person(), registered)
    assert.equal((await world.server.local('PATCH', `/v1/clients/${registered.id}`, { requires_dpop: true })).status, 200)
    const [own, stolen] = await Promise.all([1, 2].map(async () => client.getDPoPHandle(config, await client.randomDPoPKeyPair())))
    const refresh = (token: string, DPoP?: client.DPoPHandle) =>
      client.refreshTokenGrant(config, token, undefined, DPoP === undefined ? undefined : { DPoP })
    assert.equal(await refusedWith(refresh(before)), 'invalid_grant')
    const { refresh_token: next = '' } = await refresh(before, own)
    for (const another of [undefined, stolen]) assert.equal(await refusedWith(refresh(next, another)), 'invalid_grant')
    assert.equal(await refusedWith(refresh(next, own)), 'nothing')
  })

  test('[D03] under the other name of ours, too, a token that is bound to a key is taken with a proof that names it, and with no other', async () => {
    const port = await freePort()
    const alias = `http://localhost:${port}`
    const proxied = { trustedProxies: ['127.0.0.1', '::1'], ...header }
    await using there = await open({ port, host: '127.0.0.1', issuer: `http://127.0.0.1:${port}`, mtlsUrl: alias, ...proxied })
    const { config, back, checks } = await there.consented(await there.server.person(), await there.client({ requires_dpop: true }))
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
    const { access_token: token } = await client.authorizationCodeGrant(config, back, checks, undefined, { DPoP })
    /** A proof that names `to`, at the address that `asked` is. */
    const ask = async (to: string, asked = to): Promise<string> => {
      config[client.customFetch] = (_url, options) => fetch(`${asked}/oauth/userinfo`, options as RequestInit)
      return refusedWith(
        client.fetchProtectedResource(config, token, new URL(`${to}/oauth/userinfo`), 'GET', undefined, undefined, { DPoP }),
      )
    }
    assert.deepEqual([await ask(there.url), await ask(alias)], ['nothing', 'nothing'])
    for (const [to, asked] of [
      ['http://evil.example', alias],
      [alias, there.url],
      [there.url, alias],
    ] as const) {
      assert.notEqual(await ask(to, asked), 'nothing', `${to} at ${asked}`)
    }
  })

  test('[D03] a device that proves itself by its certificate gets a bound token when a person allows it', async () => {
    const person = await world.server.person()
    const own = selfSigned('till')
    const registered = await world.client({
      redirect_uris: [],
      grant_types: [DEVICE_GRANT, 'refresh_token'],
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      jwks: { keys: [certifiedKey(own)] },
    })
    const config = through(await world.configured(registered, client.TlsClientAuth()), told(own))
    const begun = await client.initiateDeviceAuthorization(config, { scope: 'openid orders:read' })
    const browser = await world.browser(person.email)
    await browser.submit(await browser.open(`/device?user_code=${begun.user_code}`), 'allow')
    const poll = () => client.genericGrantRequest(config, DEVICE_GRANT, { device_code: begun.device_code })
    through(config, told(selfSigned('till')))
    assert.equal(await refusedWith(poll()), 'invalid_client')
    through(config, told(own))
    const { cnf, sub } = claimsOf((await poll()).access_token)
    assert.deepEqual([cnf, sub], [{ 'x5t#S256': thumbprintOf(own) }, person.user.id])
  })

  test('[D03] a name in a certificate counts when the proxy says that it has checked who signed it', async () => {
    const own = new TestAuthority('Clients').issue({ subject: [['CN', 'orders']], names: [['dns', 'orders.example']] })
    const registered = await world.client({ ...machine, tls_client_auth_san_dns: 'orders.example' })
    assert.equal(await grant(registered, told(own, { 'x-client-verify': 'SUCCESS' })), 'nothing')
    for (const verdict of ['FAILED:self-signed certificate', 'NONE', 'success', 'SUCCESS, SUCCESS', '']) {
      assert.equal(await grant(registered, told(own, { 'x-client-verify': verdict })), 'invalid_client', verdict)
    }
    assert.equal(await grant(registered, told(own)), 'invalid_client')
    assert.equal(await grant(registered, { 'x-client-verify': 'SUCCESS' }), 'invalid_client')
  })

  test('[D03] what a proxy tells is read whole or refused, and a certificate is taken of nobody who is no named proxy', async () => {
    const own = selfSigned('app')
    const selfSignedClient = {
      ...machine,
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      jwks: { keys: [certifiedKey(own)] },
    }
    const registered = await world.client(selfSignedClient)
    assert.equal(await grant(registered, told(own)), 'nothing')
    for (const value of ['x', ':AAAA:', `${certificateField(own)}, ${certificateField(own)}`]) {
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: registered.id })
      const refused = await fetch(`${world.url}/oauth/token`, { method: 'POST', body, headers: { 'client-cert': value } })
      assert.equal(((await refused.json()) as { code: string }).code, 'credential_malformed', value)
    }
    await using elsewhere = await OAuthWorld.open({ trustedProxies: ['192.0.2.1'], ...header })
    const there = await elsewhere.client(selfSignedClient)
    assert.equal(await grant(there, told(own, { 'x-client-verify': 'SUCCESS' }), elsewhere), 'invalid_client')
    const bound = await elsewhere.client({ ...machine, tls_client_certificate_bound_access_tokens: true })
    const config = through(await elsewhere.configured(bound), told(own))
    assert.equal(await refusedWith(client.clientCredentialsGrant(config)), 'invalid_grant')
  })
})
