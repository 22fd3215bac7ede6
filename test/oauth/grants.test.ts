import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { claimsOf, DEVICE_GRANT, onEachDatabase, type OAuthWorld, refusedWith } from './oauth-world.ts'

onEachDatabase('grants without a browser of the client’s own', (open) => {
  let world: OAuthWorld
  before(async () => {
    world = await open()
  })
  after(() => world[Symbol.asyncDispose]())

  test('[D01] [D08] client credentials: the client’s own token, for nobody’s account, by either way to show the secret', async () => {
    const registered = await world.machine()
    const secret = registered.secret ?? ''
    for (const auth of [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)]) {
      const config = await world.configured(registered, auth)
      const { access_token: token } = await client.clientCredentialsGrant(config, { scope: 'orders:read orders:write' })
      const { sub, client_id, scope, sid, rev } = claimsOf(token)
      assert.deepEqual(
        [sub, client_id, scope, sid, typeof rev],
        [registered.id, registered.id, 'orders:read orders:write', undefined, 'number'],
      )
    }
    const config = await world.configured(registered)
    assert.equal(
      await refusedWith(client.clientCredentialsGrant(config, { scope: 'orders:read', resource: 'https://elsewhere.example' })),
      'invalid_target',
    )
    const wrong = await world.configured(registered, client.ClientSecretBasic(`${secret.slice(0, -1)}x`))
    assert.equal(await refusedWith(client.clientCredentialsGrant(wrong)), 'invalid_client')
    const browserClient = await world.configured(await world.client({ kind: 'public' }))
    assert.match(await refusedWith(client.clientCredentialsGrant(browserClient)), /^(?:unauthorized_client|invalid_request)$/)
  })

  test('[D08] a secret is rotated with an overlap, and without one', async () => {
    const registered = await world.machine()
    const grant = async (secret: string | undefined): Promise<string> =>
      refusedWith(client.clientCredentialsGrant(await world.configured({ ...registered, secret })))
    const rotate = async (overlap?: number): Promise<string> => {
      const body = overlap === undefined ? {} : { overlap_seconds: overlap }
      return (await world.server.local('POST', `/v1/clients/${registered.id}/secret`, body)).body.secret
    }
    const second = await rotate()
    assert.deepEqual([await grant(registered.secret), await grant(second)], ['nothing', 'nothing'])
    const third = await rotate(0)
    assert.deepEqual(
      [await grant(registered.secret), await grant(second), await grant(third)],
      ['invalid_client', 'invalid_client', 'nothing'],
    )
    const database = await world.server.local('GET', '/v1/clients')
    assert.doesNotMatch(database.text, /cs_cli_/)
    assert.doesNotMatch(world.server.lines.join('\n'), /cs_cli_/)
  })

  test('[D01] a client proves itself by its own key (private_key_jwt); each assertion counts once, and not for long', async () => {
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), alg: 'ES256', use: 'sig', kid: 'k1' }
    const registered = await world.client({ redirect_uris: [], grant_types: ['client_credentials'], jwks: { keys: [jwk] } })
    let replayed: URLSearchParams | undefined
    const auth: client.ClientAuth = (server, metadata, body, headers) => {
      const signed = client.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' })
      return Promise.resolve(signed(server, metadata, body, headers)).then(() => {
        replayed = new URLSearchParams(body)
      }) as unknown as void
    }
    const config = await world.configured(registered, auth)
    assert.equal(claimsOf((await client.clientCredentialsGrant(config)).access_token).client_id, registered.id)
    const again = await fetch(`${world.url}/oauth/token`, { method: 'POST', body: replayed ?? new URLSearchParams() })
    assert.equal(((await again.json()) as { error: string }).error, 'invalid_client')
  })

  test('[D08] a device without a browser is allowed by a code that is typed elsewhere', async () => {
    const person = await world.server.person()
    const registered = await world.client({ kind: 'native', redirect_uris: [], grant_types: [DEVICE_GRANT, 'refresh_token'] })
    const config = await world.configured(registered)
    const begun = await client.initiateDeviceAuthorization(config, { scope: 'openid orders:read' })
    const poll = () => client.genericGrantRequest(config, DEVICE_GRANT, { device_code: begun.device_code })
    assert.equal(await refusedWith(poll()), 'authorization_pending')
    const browser = await world.browser(person.email)
    const wrong = await browser.submit(await browser.open('/device'), 'code', { user_code: 'BCDF-GHJK' })
    assert.match(wrong.text, /Check the code/)
    const confirm = await browser.submit(await browser.open('/device'), 'code', { user_code: begun.user_code.toLowerCase() })
    assert.match(confirm.text, /Allow Harbour Orders\?.*orders:read/)
    assert.match((await browser.submit(confirm, 'allow')).text, /Done/)
    const tokens = await poll()
    const { sub, scope, sid } = claimsOf(tokens.access_token)
    assert.deepEqual([sub, scope], [person.user.id, 'openid orders:read'])
    assert.match(sid, /^ses_/)
    assert.equal(await refusedWith(poll()), 'invalid_grant')
  })

  test('[D08] a device that is not allowed is told so, and its code cannot be decided twice', async () => {
    const person = await world.server.person()
    const registered = await world.client({ kind: 'native', redirect_uris: [], grant_types: [DEVICE_GRANT, 'refresh_token'] })
    const config = await world.configured(registered)
    const begun = await client.initiateDeviceAuthorization(config, { scope: 'orders:read' })
    const browser = await world.browser(person.email)
    const confirm = await browser.open(`/device?user_code=${begun.user_code}`)
    assert.match((await browser.submit(confirm, 'deny')).text, /not connected/)
    assert.doesNotMatch((await browser.submit(confirm, 'allow')).text, /Done/)
    assert.equal(await refusedWith(client.genericGrantRequest(config, DEVICE_GRANT, { device_code: begun.device_code })), 'access_denied')
  })

  test('[D08] what an operator registers is refused where it would be unsafe', async () => {
    for (const [change, pointer] of [
      [{ redirect_uris: ['http://orders.example/callback'] }, '/redirect_uris'],
      [{ redirect_uris: ['https://*.example/callback'] }, '/redirect_uris'],
      [{ redirect_uris: ['https://orders.example/#x'] }, '/redirect_uris'],
      [{ redirect_uris: ['javascript:alert(1)'] }, '/redirect_uris'],
      [{ redirect_uris: ['com.example.app:/callback'] }, '/redirect_uris'],
      [{ redirect_uris: [] }, '/redirect_uris'],
      [{ kind: 'public', grant_types: ['client_credentials'], redirect_uris: [] }, '/grant_types'],
      [{ name: ' ' }, '/name'],
    ] as const) {
      const body = { name: 'Evil', kind: 'confidential', redirect_uris: ['https://orders.example/callback'], ...change }
      const reply = await world.server.local('POST', '/v1/clients', body)
      assert.equal(reply.status, 400, JSON.stringify(change))
      assert.match(reply.text, new RegExp(pointer), JSON.stringify(change))
    }
    assert.equal(
      (await world.server.ask('POST', '/v1/clients', { body: {}, token: (await world.server.person()).access_token })).status,
      403,
    )
  })
})
