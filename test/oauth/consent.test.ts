import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { PASSWORD } from '../http/server-world.ts'
import { follow, type OAuthWorld, onEachDatabase, REDIRECT, type RegisteredClient } from './oauth-world.ts'

onEachDatabase('what a person allows is what they were shown', (open, testOnce) => {
  let world: OAuthWorld
  before(async () => {
    world = await open({ oauthRegistration: 'token' })
  })
  after(() => world[Symbol.asyncDispose]())

  /** A client that has registered by itself. */
  async function registered(kind: string, metadata: object): Promise<RegisteredClient> {
    const { body } = await world.server.local('POST', '/v1/client-invitations', { kinds: [kind] })
    const headers = { authorization: `Bearer ${body.initial_access_token}`, 'content-type': 'application/json' }
    const response = await fetch(`${world.url}/oauth/register`, { method: 'POST', headers, body: JSON.stringify(metadata) })
    const made = await response.json()
    assert.equal(response.status, 201, JSON.stringify(made))
    return { id: made.client_id, secret: made.client_secret }
  }

  /** The page that a signed-in person is led to. */
  async function shown(registered: RegisteredClient, redirectUri: string) {
    const browser = await world.browser((await world.server.person()).email)
    const { to } = await world.begin(await world.configured(registered), { redirect_uri: redirectUri })
    return (await follow(browser, world.url, to)).page
  }

  testOnce(
    '[D08] a button is for the request that it was shown for: another one, begun in another tab, is asked for by itself',
    async () => {
      const person = await world.server.person()
      const browser = await world.browser(person.email)
      const askedBy = async (name: string, change = {}) => {
        const { to } = await world.begin(await world.configured(await world.client({ name })), change)
        return (await follow(browser, world.url, to)).page
      }
      const granted = async (): Promise<string[]> => {
        const { body } = await world.server.ask('GET', '/v1/me/grants', { token: person.access_token })
        return body.grants.map((grant: { client: { name: string } }) => grant.client.name)
      }
      const first = await askedBy('Harbour')
      await askedBy('Evil')
      for (const form of ['allow', 'deny']) {
        const back = await browser.submit(first, form)
        assert.equal(back.status, 409, form)
        assert.doesNotMatch(back.html, /<form|\bEvil\b/)
      }
      assert.deepEqual(await granted(), [])
      assert.match((await browser.open('/oauth/consent')).text, /Allow Evil\?/)
      const choice = await askedBy('Harbour', { prompt: 'select_account' })
      await askedBy('Evil', { prompt: 'select_account' })
      for (const form of ['stay', 'other']) assert.equal((await browser.submit(choice, form)).status, 409, form)
      const { page } = await follow(browser, world.url, await browser.send(await browser.open('/oauth/consent'), 'stay'))
      await browser.submit(page, 'allow')
      assert.deepEqual(await granted(), ['Evil'])
    },
  )

  testOnce('[J04] what a person allows an application and takes back is on record, and so is that one registers by itself', async () => {
    const { body: before } = await world.server.local('GET', '/v1/audit-events/head')
    const made = await registered('confidential', { client_name: 'Harbour', redirect_uris: [REDIRECT] })
    const person = await world.server.person()
    const browser = await world.browser(person.email)
    const { to } = await world.begin(await world.configured(made))
    await browser.submit((await follow(browser, world.url, to)).page, 'allow')
    const { body } = await world.server.ask('GET', '/v1/me/grants', { token: person.access_token })
    const grant = body.grants[0].id
    assert.equal((await world.server.ask('DELETE', `/v1/me/grants/${grant}`, { token: person.access_token })).status, 204)
    const events = (await world.server.local('GET', '/v1/audit-events')).body.audit_events
    const late = events.filter(({ position }: { position: number }) => position > before.position).reverse()
    const told = late.map(({ operation, actor, target, outcome }: Record<string, { id: string }>) => [
      operation,
      actor?.id,
      target?.id,
      outcome,
    ])
    const [user, own] = [person.user.id, told.filter(([operation]: [string]) => !['signIn', 'createUser'].includes(operation))]
    assert.deepEqual(own.slice(1), [
      ['registerClient', own[1]?.[1], made.id, 'done'],
      ['allowClient', user, made.id, 'done'],
      ['endGrant', user, grant, 'done'],
    ])
    assert.deepEqual([own[0]?.[0], own[0]?.[2]], ['createClientInvitation', own[1]?.[1]])
  })

  testOnce('[D08] nobody is told a place that they are not sent to: behind the scheme of an app stands no host', async () => {
    const uri = 'com.evil.app://bank.example/callback'
    const app = { token_endpoint_auth_method: 'none', application_type: 'native', redirect_uris: [uri] }
    const page = await shown(await registered('native', app), uri)
    assert.match(page.text, /You are then sent to com\.evil\.app: \./)
    assert.doesNotMatch(page.text, /bank\.example/)
  })

  testOnce('[D08] pages of a client that nobody knows are linked to where its people are sent to the same place alone', async () => {
    const bank = 'https://bank.example/'
    const pages = { client_uri: bank, policy_uri: `${bank}policy`, tos_uri: `${bank}terms` }
    const made = await registered('confidential', { client_name: 'Bank', redirect_uris: [REDIRECT, bank], ...pages })
    assert.doesNotMatch((await shown(made, REDIRECT)).html, /bank\.example/)
    assert.match((await shown(made, bank)).html, /href="https:\/\/bank\.example\/policy"/)
    assert.equal((await world.server.local('PATCH', `/v1/clients/${made.id}`, { verified: true })).status, 200)
    assert.match((await shown(made, REDIRECT)).html, /href="https:\/\/bank\.example\/policy"/)
  })

  testOnce('[D08] what is asked for is named where the client may have it: nobody writes on our page by way of a scope', async () => {
    const [person, made] = [await world.server.person(), await world.client()]
    const { browser, config } = await world.consented(person, made)
    const { to } = await world.begin(config, { prompt: 'consent', scope: 'openid orders:read locked,call:+1-555-0100' })
    const { page } = await follow(browser, world.url, to)
    assert.match(page.text, /know that it is you orders:read You are/)
  })

  test('[D08] whoever is asked once more is asked for all that is handed out, not for what is new alone', async () => {
    const { email } = await world.server.person()
    const made = await registered('confidential', { client_name: 'Harbour', redirect_uris: [REDIRECT] })
    const browser = await world.browser(email)
    const config = await world.configured(made)
    const claims = JSON.stringify({ userinfo: { email: null } })
    const askedFor = async (change: Readonly<Record<string, string>>) =>
      (await follow(browser, world.url, (await world.begin(config, change)).to)).page
    await follow(browser, world.url, await browser.send(await askedFor({ scope: 'openid', claims }), 'allow'))
    assert.match((await askedFor({ scope: 'openid profile', claims })).text, /know that it is you see your name.* see your e-mail address/)
  })

  test('[D08] an address that was taken from a client while a person read the page gets no code', async () => {
    const made = await world.client({ redirect_uris: [REDIRECT, 'https://new.example/callback'] })
    const browser = await world.browser((await world.server.person()).email)
    const { page } = await follow(browser, world.url, (await world.begin(await world.configured(made))).to)
    await world.server.local('PATCH', `/v1/clients/${made.id}`, { redirect_uris: ['https://new.example/callback'] })
    const after = await follow(browser, world.url, await browser.send(page, 'allow'))
    assert.deepEqual([after.url, after.page.status], [undefined, 400])
  })

  test('[D08] a client that was removed or disabled while a person read the page is allowed nothing, and nothing of it stays', async () => {
    const person = await world.server.person()
    const browser = await world.browser(person.email)
    for (const [method, body] of [['DELETE'], ['PATCH', { disabled: true }]] as const) {
      const made = await world.client()
      const { page } = await follow(browser, world.url, (await world.begin(await world.configured(made))).to)
      await world.server.local(method, `/v1/clients/${made.id}`, body)
      assert.equal((await browser.send(page, 'allow')).status, 404, method)
    }
    assert.deepEqual((await world.server.ask('GET', '/v1/me/grants', { token: person.access_token })).body.grants, [])
  })

  testOnce('[D02] whoever signs in answers for their own browser: not for the one that they were given the cookie of', async () => {
    const [victim, made] = [await world.server.person(), await world.client()]
    const config = await world.configured(made)
    const { browser } = await world.consented(victim, made)
    const attacker = await world.browser()
    for (const change of [{}, { acr_values: 'mfa' }, { max_age: '3600' }]) {
      await follow(attacker, world.url, (await world.begin(config, change)).to)
      const planted = attacker.cookies.get('cs_interaction') ?? ''
      browser.cookies.set('cs_interaction', planted)
      await browser.ask('/oauth/consent')
      const { url } = await follow(attacker, world.url, `/oauth/authorize/${planted}`)
      assert.deepEqual([url?.searchParams.get('error'), url?.searchParams.get('code')], ['login_required', null], JSON.stringify(change))
    }
  })

  testOnce('[D02] whoever signs in at this browser next is the one who is asked', async () => {
    const [mira, noor] = [await world.server.person(), await world.server.person()]
    const config = await world.configured(await world.client())
    const browser = await world.browser()
    const { to, checks } = await world.begin(config)
    const { page } = await follow(browser, world.url, to)
    await browser.send(page, 'sign_in', { email: mira.email, password: PASSWORD })
    const back = /url=(.+)$/.exec((await browser.ask('/oauth/consent')).headers.get('refresh') ?? '')?.[1] ?? ''
    await browser.submit(await browser.open('/account'), 'sign_out')
    await browser.submit(await browser.open('/sign-in'), 'sign_in', { email: noor.email, password: PASSWORD })
    const refused = await browser.ask(back)
    assert.deepEqual([refused.status, refused.tags('script').length], [409, 0])
    const asked = await follow(browser, world.url, '/oauth/consent')
    const { url } = await follow(browser, world.url, await browser.send(asked.page, 'allow'))
    const tokens = await client.authorizationCodeGrant(config, url ?? new URL(REDIRECT), checks)
    assert.equal(tokens.claims()?.sub, noor.user.id)
  })
})
