// A server that dies between the end of a session and telling the clients: they are told all the same.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as client from 'openid-client'
import { PageBrowser } from '../http/page-browser.ts'
import { LogoutReceiver, verifiedLogout } from '../oauth/logout-receiver.ts'
import { follow, REDIRECT } from '../oauth/oauth-world.ts'
import { CrashingServer } from './crashing-server.ts'

const email = 'admin@crash.example'
const password = 'a-long-walk-on-the-beach'

suite('a server killed with SIGKILL after a session has ended', () => {
  let server: CrashingServer
  let receiver: LogoutReceiver
  before(async () => {
    server = await CrashingServer.start({ COUNTERSIGN_OAUTH: 'yes', COUNTERSIGN_DELIVERY_NETWORKS: '127.0.0.0/8' })
    receiver = await LogoutReceiver.open()
    await server.createAdministrator(email, password)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await receiver.close()
  })

  const administrator = async (): Promise<string> =>
    String((await server.send('POST', '/v1/sessions', { body: { email, password } })).body['access_token'])

  async function registered(name: string): Promise<client.Configuration> {
    const made = await server.send('POST', '/v1/clients', {
      token: await administrator(),
      body: { name, kind: 'public', redirect_uris: [REDIRECT], backchannel_logout_uri: receiver.uri(name) },
    })
    assert.equal(made.status, 201)
    const options = { execute: [client.allowInsecureRequests] }
    return client.discovery(new URL(server.url), String(made.body['id']), undefined, client.None(), options)
  }

  /** Signs in to a client, and says with which session. */
  async function signedIn(config: client.Configuration, browser: PageBrowser): Promise<string> {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const challenge = { code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256' }
    const to = client.buildAuthorizationUrl(config, { redirect_uri: REDIRECT, scope: 'openid', ...challenge })
    const asked = await follow(browser, server.url, to.pathname + to.search)
    const { url } = asked.url === undefined ? await follow(browser, server.url, await browser.send(asked.page, 'allow')) : asked
    assert.ok(url !== undefined)
    return String((await client.authorizationCodeGrant(config, url, { pkceCodeVerifier })).claims()?.['sid'])
  }

  test('[D08] [F03] [I20] at whichever moment it dies, every client of the session is told', async () => {
    const clients = await Promise.all(['orders', 'stock'].map(async (name) => ({ name, config: await registered(name) })))
    for (const isInHand of [true, false]) {
      const browser = new PageBrowser(server.url)
      await browser.submit(await browser.open('/sign-in'), 'sign_in', { email, password })
      let sid = ''
      for (const { config } of clients) sid = await signedIn(config, browser)
      const token = await administrator()
      const before = clients.map(({ name }) => receiver.of(name).length)
      // Once while they have the token in hand and do not answer, once as soon as the end of the session is acknowledged.
      receiver.answering = isInHand ? () => undefined : undefined
      assert.equal((await server.send('DELETE', `/v1/sessions/${sid}`, { token })).status, 204)
      if (isInHand) for (const { name } of clients) await receiver.arrivedOf(name)
      receiver.answering = undefined
      await server.crash()
      for (const [n, { name, config }] of clients.entries()) {
        const arrived = await receiver.arrivedOf(name, (before[n] ?? 0) + (isInHand ? 2 : 1))
        const { sid: ended } = await verifiedLogout(arrived.at(-1)?.token ?? '', server.url, config.clientMetadata().client_id)
        assert.equal(ended, sid)
      }
    }
  })
})
