import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { generateSigningKey } from 'countersign/key'
import { createDpopProof } from 'countersign/token'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { claimsOf, OAuthWorld, onEachDatabase } from './oauth-world.ts'

interface Answer {
  readonly path: string
  readonly status: number
  readonly error: string | undefined
  readonly nonce: string | null
}

/** A fetch that remembers what was answered. */
function watched(): { readonly answers: Answer[]; readonly fetch: typeof fetch } {
  const answers: Answer[] = []
  return {
    answers,
    async fetch(input, init) {
      const response = await fetch(input, init)
      const copy = response.clone()
      const challenge = /error="(\w+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1]
      const error = challenge ?? ((await copy.json().catch(() => ({}))) as { error?: string }).error
      answers.push({ path: new URL(response.url).pathname, status: response.status, error, nonce: response.headers.get('dpop-nonce') })
      return response
    },
  }
}

onEachDatabase('DPoP with nonces of the server (RFC 9449 sections 8 and 9)', (open) => {
  let world: OAuthWorld
  before(async () => {
    world = await open({ dpopNonces: true })
  })
  after(() => world[Symbol.asyncDispose]())

  test('[D03] a client learns the nonce from the refusal, at the token endpoint and at the resource, and gets through', async () => {
    const person = await world.server.person()
    const registered = await world.client({ requires_dpop: true })
    const { config, back, checks } = await world.consented(person, registered)
    const { answers, fetch: watchedFetch } = watched()
    config[client.customFetch] = watchedFetch as client.CustomFetch
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
    const { access_token: token, refresh_token: refresh = '' } = await client.authorizationCodeGrant(config, back, checks, undefined, {
      DPoP,
    })
    assert.match(claimsOf(token).cnf.jkt, /^[\w-]{43}$/)
    assert.equal((await client.fetchUserInfo(config, token, person.user.id, { DPoP })).email, person.email)
    await client.refreshTokenGrant(config, refresh, undefined, { DPoP })
    const asked = (path: string) => answers.filter((answer) => answer.path === path)
    const [first, second] = asked('/oauth/token')
    assert.deepEqual([first?.status, first?.error, second?.status], [400, 'use_dpop_nonce', 200])
    const [refused, taken] = asked('/oauth/userinfo')
    assert.deepEqual([refused?.status, refused?.error, taken?.status], [401, 'use_dpop_nonce', 200])
    for (const { nonce } of [first, refused] as readonly Answer[]) assert.match(nonce ?? '', /^[\w.-]{20,}$/)
  })

  test('[D03] another judge (oauth4webapi): a proof without a nonce, or with one of somebody else, is refused with the one to use', async () => {
    const registered = await world.client({ redirect_uris: [], grant_types: ['client_credentials'], requires_dpop: true })
    const plain = { [oauth.allowInsecureRequests]: true }
    const issuer = new URL(world.url)
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain))
    const me: oauth.Client = { client_id: registered.id }
    const auth = oauth.ClientSecretBasic(registered.secret ?? '')
    const DPoP = oauth.DPoP(me, await oauth.generateKeyPair('ES256'))
    const ask = () => oauth.clientCredentialsGrantRequest(as, me, auth, {}, { ...plain, DPoP })
    const first = await ask()
    await assert.rejects(oauth.processClientCredentialsResponse(as, me, first), oauth.isDPoPNonceError)
    const { access_token: token } = await oauth.processClientCredentialsResponse(as, me, await ask())
    assert.equal(claimsOf(token).client_id, registered.id)
    await using other = await OAuthWorld.open({ dpopNonces: true })
    const key = generateSigningKey('ES256')
    const send = async (nonce: string | undefined): Promise<Answer> => {
      const uri = `${other.url}/oauth/token`
      const facts = {
        method: 'POST',
        uri,
        id: randomUUID(),
        issuedAt: Math.floor(Date.now() / 1000),
        ...(nonce === undefined ? {} : { nonce }),
      }
      const { answers, fetch: watchedFetch } = watched()
      const { id, secret = '' } = strange
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret })
      await watchedFetch(uri, { method: 'POST', body, headers: { DPoP: createDpopProof(key, facts) } })
      return answers[0] ?? assert.fail()
    }
    const strange = await other.machine()
    const foreign = first.headers.get('dpop-nonce') ?? ''
    const refused = await send(foreign)
    assert.deepEqual([refused.status, refused.error], [400, 'use_dpop_nonce'])
    assert.equal((await send(refused.nonce ?? '')).status, 200)
  })
})
