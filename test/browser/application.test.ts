import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, suite, test } from 'node:test'
import * as client from 'openid-client'
import { listening, type Mounted } from '../http/listening.ts'
import { BrowserWorld } from './browser-world.ts'
import { inspect } from './inspection.ts'
import { type Person, signUp } from './journey.ts'
import type { Visitor } from './visitor.ts'

const APPLICATION = 'Harbour Orders'

interface Received {
  readonly method: string
  readonly origin: string | undefined
  readonly fields: URLSearchParams
}

/** Somebody else's application, at a site of its own: its page posts the request, and is called back. */
class Application implements AsyncDisposable {
  readonly origin: string
  readonly received: Received[] = []
  readonly #mounted: Mounted
  #fields: Readonly<Record<string, string>> = {}
  #action = ''

  private constructor(mounted: Mounted) {
    this.#mounted = mounted
    this.origin = `http://127.0.0.1:${mounted.port}`
  }

  static async open(): Promise<Application> {
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      response.setHeader('content-type', 'text/html; charset=utf-8')
      if (!request.url?.startsWith('/callback')) return void response.end(application.#page())
      const { method = '', headers } = request
      application.received.push({ method, origin: headers.origin, fields: new URLSearchParams(body) })
      response.end('<!doctype html><html lang="en"><title>Back</title><h1>Back</h1>')
    })
    const application = new Application(await listening(server))
    return application
  }

  /** What its button sends, and where. */
  asks(action: string, fields: Readonly<Record<string, string>>): void {
    this.#action = action
    this.#fields = fields
  }

  #page(): string {
    const inputs = Object.entries(this.#fields).map(([name, value]) => `<input type="hidden" name="${name}" value='${value}'>`)
    return `<!doctype html><html lang="en"><title>Orders</title><form method="post" action="${this.#action}">${inputs.join('')}<button>Sign in</button></form>`
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#mounted.close()
  }
}

suite('an application of somebody else, at another site', () => {
  let world: BrowserWorld
  let application: Application
  let config: client.Configuration
  let mira: Visitor
  let person: Person
  before(async () => {
    ;[world, application] = await Promise.all([BrowserWorld.open({ oauth: true }), Application.open()])
    const registration = { name: APPLICATION, kind: 'confidential', redirect_uris: [`${application.origin}/callback`] }
    const { body } = await world.server.local('POST', '/v1/clients', registration)
    const auth = client.ClientSecretBasic(body.secret)
    config = await client.discovery(new URL(world.url), body.id, undefined, auth, { execute: [client.allowInsecureRequests] })
    mira = await world.visitor()
    person = await signUp(mira, world.newAddress())
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await application[Symbol.asyncDispose]()
  })

  /** From the button of the application's page; what it checks afterwards. */
  async function begin(visitor: Visitor, params: Readonly<Record<string, string>> = {}): Promise<client.AuthorizationCodeGrantChecks> {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const expectedState = client.randomState()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: `${application.origin}/callback`,
      response_mode: 'form_post',
      scope: 'openid email',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      ...params,
    })
    application.asks(`${world.url}${url.pathname}`, Object.fromEntries(url.searchParams))
    await visitor.page.goto(application.origin)
    await visitor.press('Sign in')
    return { pkceCodeVerifier, expectedState }
  }
  async function calledBack({ page }: Visitor): Promise<Received> {
    await page.waitForURL(`${application.origin}/callback`)
    const received = application.received.at(-1)
    assert.ok(received !== undefined)
    return received
  }
  /** But for the application's own pages, which are not ours. */
  const assertQuiet = ({ watch }: Visitor): void =>
    assert.deepEqual(
      watch.complaints.filter((complaint) => !complaint.endsWith(`: ${application.origin}`)),
      [],
    )

  test('[D01] [D02] its form reaches the session, and the answer reaches it as a form, by itself and to nobody else', async () => {
    const { consent } = mira.say
    const checks = await begin(mira)
    await mira.isShown(consent.title(APPLICATION))
    await mira.press(consent.allow)
    const { method, origin, fields } = await calledBack(mira)
    assert.deepEqual([method, origin], ['POST', world.url])
    const request = new Request(`${application.origin}/callback`, { method, body: fields })
    assert.equal((await client.authorizationCodeGrant(config, request, checks)).claims()?.['email'], person.email)
    // What is allowed asks nobody again.
    await begin(mira, { prompt: 'none' })
    assert.ok((await calledBack(mira)).fields.has('code'))
    assertQuiet(mira)
  })

  test('[D02] without scripts the form is sent by hand', async () => {
    const stranger = await world.visitor({ javaScriptEnabled: false })
    await begin(stranger, { prompt: 'none' })
    await stranger.isShown(stranger.say.consent.goOnTitle)
    const before = application.received.length
    await stranger.press(stranger.say.consent.goOnLink)
    assert.equal((await calledBack(stranger)).fields.get('error'), 'login_required')
    assert.equal(application.received.length, before + 1)
  })

  test('[J02] the pages on the way, in both languages: an account to choose, a sign-in that is too weak', async () => {
    const { consent } = mira.say
    for (const [params, name] of [
      [{ prompt: 'select_account' }, 'oauth-account'],
      [{ acr_values: 'phr' }, 'oauth-too-weak'],
    ] as const) {
      await begin(mira, params)
      await mira.arrivesAt('/oauth/consent')
      await inspect(mira.page, name, ['light'])
      await mira.page.goto(`${world.url}/oauth/consent?lang=de`)
      await inspect(mira.page, `${name}.de`, ['narrow'])
      await mira.page.goto(`${world.url}/oauth/consent?lang=en`)
    }
    await mira.press(consent.weakBack(APPLICATION))
    assert.equal((await calledBack(mira)).fields.get('error'), 'unmet_authentication_requirements')
    assertQuiet(mira)
  })

  test('[J02] [D08] its person finds it from the account, and takes everything back', async () => {
    const { account, consent } = mira.say
    await mira.open('/account')
    await mira.follow(`${consent.appsTitle}: ${account.manage}`)
    await mira.reads(APPLICATION)
    await mira.press(consent.disconnectNamed(APPLICATION))
    await mira.reads(consent.disconnected)
    await begin(mira, { prompt: 'none' })
    assert.equal((await calledBack(mira)).fields.get('error'), 'consent_required')
  })
})
