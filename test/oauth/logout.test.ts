import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as client from 'openid-client'
import { newSigner } from './fapi-client.ts'
import { follow, OAuthWorld, refusedWith, type RegisteredClient } from './oauth-world.ts'
import { SignJWT } from 'jose'

const AFTER = 'https://orders.example/bye'

type Query = Readonly<Record<string, string>>

/** The same claims, without a signature. */
const unsigned = (token: string): string => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`

/** The same claims, signed by nobody whom we know. */
async function forged(token: string): Promise<string> {
  const { alg, kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { alg: string; kid: string }
  const { privateKey } = await newSigner(alg)
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Query
  return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(privateKey)
}

/** What an application asks for, and where that leads, if anywhere. */
const asked: readonly (readonly [what: string, query: (hint: string) => Query | Promise<Query>, leadsTo: string | undefined])[] = [
  [
    'a hint, an address and a state',
    (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: AFTER, state: 's-1' }),
    `${AFTER}?state=s-1`,
  ],
  ['a hint and an address', (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: AFTER }), AFTER],
  ['a hint', (hint) => ({ id_token_hint: hint }), undefined],
  ['nothing', () => ({}), undefined],
  ['a state', () => ({ state: 's-1' }), undefined],
  ['an address', () => ({ post_logout_redirect_uri: AFTER }), undefined],
  ['an address with more in its query', (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: `${AFTER}?foo=bar` }), undefined],
  ['an address of nobody', (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: 'https://evil.example/bye' }), undefined],
  [
    'a hint that somebody else has signed',
    async (hint) => ({ id_token_hint: await forged(hint), post_logout_redirect_uri: AFTER }),
    undefined,
  ],
  ['a hint that nobody has signed', (hint) => ({ id_token_hint: unsigned(hint), post_logout_redirect_uri: AFTER }), undefined],
]

suite('sign-out that an application begins (OpenID Connect RP-Initiated Logout 1.0)', () => {
  let world: OAuthWorld
  let registered: RegisteredClient
  before(async () => {
    world = await OAuthWorld.open()
    registered = await world.client({ post_logout_redirect_uris: [AFTER] })
  })
  after(() => world[Symbol.asyncDispose]())

  for (const [what, query, leadsTo] of asked) {
    test(`[D08] with ${what}: the person is asked, is signed out, and ${leadsTo === undefined ? 'stays here' : `is led to ${leadsTo}`}`, async () => {
      const { config, browser, id_token: hint = '' } = await world.tokens(await world.server.person(), registered)
      const url = client.buildEndSessionUrl(config, await query(hint))
      // The library adds the client's id, which an application may leave out.
      url.searchParams.delete('client_id')
      const page = await browser.open(url.pathname + url.search)
      assert.equal(page.status, 200)
      const left = await follow(browser, world.url, await browser.send(page, 'sign_out'))
      assert.equal(left.url?.href, leadsTo)
      if (leadsTo === undefined) assert.match(left.page.text, /signed out/i)
      const { to, checks } = await world.begin(config, { prompt: 'none' })
      const { url: back } = await follow(browser, world.url, to)
      assert.ok(back !== undefined)
      assert.equal(await refusedWith(client.authorizationCodeGrant(config, back, checks)), 'login_required')
    })
  }
})
