// What a token request changes is one transaction: a server that dies, or a connection that is cut, leaves all of it behind or nothing.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, suite, test } from 'node:test'
import * as client from 'openid-client'
import { PageBrowser } from '../http/page-browser.ts'
import { PASSWORD } from '../http/server-world.ts'
import { follow, OAuthWorld, REDIRECT } from '../oauth/oauth-world.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'
import { CrashingServer } from './crashing-server.ts'
import { type Cut, CuttingProxy } from './cutting-proxy.ts'

interface Tokens {
  readonly status: number
  readonly refreshToken: string | undefined
}

/** A client at a token endpoint, which may be gone for a while. */
class Application {
  readonly #url: string
  readonly #authorization: string

  constructor(url: string, { id, secret }: { readonly id: string; readonly secret: string }) {
    this.#url = url
    this.#authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  }

  /** @throws TypeError when the connection ends before the answer has come. */
  async ask(form: Readonly<Record<string, string>>): Promise<Tokens> {
    const headers = { authorization: this.#authorization }
    const response = await fetch(`${this.#url}/oauth/token`, { method: 'POST', headers, body: new URLSearchParams(form) })
    const { refresh_token: refreshToken } = (await response.json()) as { readonly refresh_token?: string }
    return { status: response.status, refreshToken }
  }

  redeem(code: Readonly<Record<string, string>>): Promise<Tokens> {
    return this.ask({ grant_type: 'authorization_code', redirect_uri: REDIRECT, ...code })
  }

  refresh(refreshToken: string | undefined): Promise<Tokens> {
    return this.ask({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '' })
  }
}

/** What the client is called back with, as the form that redeems it. */
async function codeFor(browser: PageBrowser, url: string, clientId: string): Promise<Readonly<Record<string, string>>> {
  const verifier = client.randomPKCECodeVerifier()
  const asked = { client_id: clientId, redirect_uri: REDIRECT, response_type: 'code', scope: 'orders:read', code_challenge_method: 'S256' }
  const query = new URLSearchParams({ ...asked, code_challenge: await client.calculatePKCECodeChallenge(verifier) })
  const begun = await follow(browser, url, `/oauth/authorize?${query}`)
  const { url: back } = begun.url === undefined ? await follow(browser, url, await browser.send(begun.page, 'allow')) : begun
  return { code: back?.searchParams.get('code') ?? '', code_verifier: verifier }
}

const registration = { name: 'Harbour Orders', kind: 'confidential', redirect_uris: [REDIRECT], scopes: ['orders:read'] }

suite('a token request while the server dies', () => {
  test('[D01] [I01] [I03] after kill -9 a code was used, or is good; a refresh that is repeated has the one successor that was told', async () => {
    await using server = await CrashingServer.start({ COUNTERSIGN_OAUTH: 'yes' })
    await server.createAdministrator('operator@crash.example', PASSWORD)
    const signedIn = await server.send('POST', '/v1/sessions', { body: { email: 'operator@crash.example', password: PASSWORD } })
    const token = String(signedIn.body['access_token'])
    const made = await server.send('POST', '/v1/clients', { token, body: registration })
    assert.equal(made.status, 201)
    const id = String(made.body['id'])
    const application = new Application(server.url, { id, secret: String(made.body['secret']) })
    const browser = new PageBrowser(server.url)
    await browser.submit(await browser.open('/sign-in'), 'sign_in', { email: 'operator@crash.example', password: PASSWORD })
    const { refreshToken } = await application.redeem(await codeFor(browser, server.url, id))
    const code = await codeFor(browser, server.url, id)
    const answers = Promise.all(
      [application.redeem(code), application.refresh(refreshToken)].map((answer) => answer.catch(() => undefined)),
    )
    // Somewhere between the requests’ arrival and their answers.
    await pause(6)
    await server.crash()
    const [redeemed, refreshed] = await answers
    const again = await application.refresh(refreshToken)
    assert.equal(again.status, 200)
    if (refreshed !== undefined) assert.equal(again.refreshToken, refreshed.refreshToken)
    assert.equal((await application.refresh(again.refreshToken)).status, 200)
    const { status } = await application.redeem(code)
    assert.ok(status === 400 || (status === 200 && redeemed === undefined), `${status}, and ${redeemed?.status} before`)
  })
})

/** Of whoever redeems something: one statement, which commits by itself. This is how it names itself on the wire. */
const REDEEMED = 'countersign redeem at once\0'

suite('a token request whose commit is cut off', () => {
  let postgres: PostgresServer
  let proxy: CuttingProxy
  let world: OAuthWorld
  before(async () => {
    postgres = await startPostgres()
    proxy = await CuttingProxy.before(postgres.service.port)
    const url = new URL(await postgres.createDatabase())
    url.port = String(proxy.port)
    world = await OAuthWorld.open({ database: url.href, secret: randomBytes(32).toString('base64url') })
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  })

  for (const cut of ['before', 'after'] as const satisfies readonly Cut[]) {
    const committed = cut === 'after'
    test(`[D01] [I01] [I03] F14: cut ${cut} the commit reached the database: no token goes out, and all of it is ${committed ? 'there' : 'as it was'}`, async () => {
      const { email } = await world.server.person()
      const { id, secret = '' } = await world.client()
      const application = new Application(world.url, { id, secret })
      const browser = await world.browser(email)
      const { refreshToken } = await application.redeem(await codeFor(browser, world.url, id))
      const code = await codeFor(browser, world.url, id)
      const whileCut = async (ask: () => Promise<Tokens>): Promise<Tokens> => {
        const [answer] = await Promise.all([ask(), proxy.cutAt(REDEEMED, cut)])
        return answer
      }
      assert.deepEqual(await whileCut(() => application.refresh(refreshToken)), { status: 503, refreshToken: undefined })
      const [first, second] = [await application.refresh(refreshToken), await application.refresh(refreshToken)]
      assert.deepEqual([first.status, second.status, first.refreshToken], [200, 200, second.refreshToken])
      assert.deepEqual(await whileCut(() => application.redeem(code)), { status: 503, refreshToken: undefined })
      assert.equal((await application.redeem(code)).status, committed ? 400 : 200)
    })
  }
})
