import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { type Platform, systemPlatform } from 'countersign/core'
import * as client from 'openid-client'
import type { ServerOptions } from '../../packages/server/src/index.ts'
import { PageBrowser, type ShownPage } from '../http/page-browser.ts'
import { PASSWORD, ServerWorld, type SignedInReply } from '../http/server-world.ts'
import { type PostgresServer, startPostgres } from '../service/postgres.ts'

export const REDIRECT = 'http://127.0.0.1:9/callback'
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

export interface RegisteredClient {
  readonly id: string
  readonly secret: string | undefined
}

export type Person = SignedInReply & { readonly email: string }

/** Who has followed all redirects until one led out of the server, or a form wanted something. */
export interface CalledBack {
  readonly url: URL | undefined
  readonly page: ShownPage
}

export interface Consented {
  readonly config: client.Configuration
  readonly browser: PageBrowser
  readonly back: URL
  readonly checks: client.AuthorizationCodeGrantChecks
}

/** A server that lets applications of others ask for access, browsers with people at them, and clients. */
export class OAuthWorld implements AsyncDisposable {
  readonly server: ServerWorld
  readonly url: string

  private constructor(server: ServerWorld, url: string = server.url) {
    this.server = server
    this.url = url
  }

  /** On SQLite, unless `options` name another database. */
  static async open(options: ServerOptions = {}, platform: Platform = systemPlatform): Promise<OAuthWorld> {
    return new OAuthWorld(await ServerWorld.open({ oauth: true, roleScopes: { staff: ['orders:write'] }, ...options }, platform))
  }

  /** With a server that somebody else has opened, and closes. @param url By which browsers know it. */
  static over(server: ServerWorld, url: string): OAuthWorld {
    return new OAuthWorld(server, url)
  }

  async client(change: Readonly<Record<string, unknown>> = {}): Promise<RegisteredClient> {
    const body = {
      name: 'Harbour Orders',
      kind: 'confidential',
      redirect_uris: [REDIRECT],
      scopes: ['orders:read', 'orders:write'],
      ...change,
    }
    const { status, body: made, text } = await this.server.local('POST', '/v1/clients', body)
    assert.equal(status, 201, text)
    return { id: made.id, secret: made.secret }
  }

  /** One that speaks for itself. */
  machine(): Promise<RegisteredClient> {
    return this.client({ redirect_uris: [], grant_types: ['client_credentials'] })
  }

  /** The client as `openid-client` has it, from discovery. */
  async configured({ id, secret }: RegisteredClient, auth?: client.ClientAuth): Promise<client.Configuration> {
    const method = auth ?? (secret === undefined ? client.None() : client.ClientSecretBasic(secret))
    return client.discovery(new URL(this.url), id, undefined, method, { execute: [client.allowInsecureRequests] })
  }

  /** A browser, signed in. */
  async browser(email?: string): Promise<PageBrowser> {
    const browser = new PageBrowser(this.url)
    if (email !== undefined) await browser.submit(await browser.open('/sign-in'), 'sign_in', { email, password: PASSWORD })
    return browser
  }

  /** Where the client sends a browser, and what it checks afterwards. */
  async begin(
    config: client.Configuration,
    change: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly to: string; readonly checks: client.AuthorizationCodeGrantChecks }> {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const expectedState = client.randomState()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: 'openid email orders:read',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      ...change,
    })
    const expectedNonce = change['nonce']
    const nonce = expectedNonce === undefined ? {} : { expectedNonce }
    return { to: url.pathname + url.search, checks: { pkceCodeVerifier, expectedState, ...nonce } }
  }

  /** The whole way to the client's door: what it is called back with. */
  async consented(person: Person, registered: RegisteredClient, change: Readonly<Record<string, string>> = {}): Promise<Consented> {
    const config = await this.configured(registered)
    const { to, checks } = await this.begin(config, change)
    const browser = await this.browser(person.email)
    const asked = await follow(browser, this.url, to)
    const { url, page } = asked.url === undefined ? await follow(browser, this.url, await browser.send(asked.page, 'allow')) : asked
    assert.ok(url !== undefined, page.text)
    return { config, browser, back: url, checks }
  }

  /** Tokens of a person for a client. */
  async tokens(person: Person, registered: RegisteredClient, change: Readonly<Record<string, string>> = {}) {
    const { config, browser, back, checks } = await this.consented(person, registered, change)
    return { config, browser, ...(await client.authorizationCodeGrant(config, back, checks)) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}

let postgres: Promise<PostgresServer> | undefined
after(async () => (await postgres)?.[Symbol.asyncDispose]())

/** A database of its own, on the one PostgreSQL of this file of tests. */
export async function postgresDatabase(): Promise<string> {
  postgres ??= startPostgres()
  return (await postgres).createDatabase()
}

/** As `OAuthWorld.open`, on the database whose turn it is. */
export type OpenWorld = typeof OAuthWorld.open

export type Database = 'SQLite' | 'PostgreSQL'

type RegisterTest = (title: string, body: () => Promise<void>) => void

/**
 * The same promises, kept on each database that the server takes: `open` opens a world on a database of its own. What no database has a part
 * in, as a table of what is refused before anything is stored, is a `testOnce`, for the first of them.
 */
export function onEachDatabase(title: string, promise: (open: OpenWorld, testOnce: RegisterTest, database: Database) => void): void {
  suite(`${title}, on SQLite`, () => promise(OAuthWorld.open, test, 'SQLite'))
  const open: OpenWorld = async (options, platform) => OAuthWorld.open({ database: await postgresDatabase(), ...options }, platform)
  suite(`${title}, on PostgreSQL`, () => promise(open, () => undefined, 'PostgreSQL'))
}

/** Goes where a browser would, `Refresh` included, until a form wants something, or another origin is reached. */
export async function follow(browser: PageBrowser, base: string, start: string | ShownPage): Promise<CalledBack> {
  let page = typeof start === 'string' ? await browser.ask(start) : start
  for (let hop = 0; hop < 12; hop++) {
    const to = page.headers.get('location') ?? /url=(.+)$/.exec(page.headers.get('refresh') ?? '')?.[1]
    if (to === undefined) return { url: undefined, page }
    const url = new URL(to, page.url)
    if (url.origin !== new URL(base).origin) return { url, page }
    page = await browser.ask(url.pathname + url.search)
  }
  throw new Error('it goes round in circles')
}

// biome-ignore lint/suspicious/noExplicitAny: claims are looked into freely by the tests
export const claimsOf = (jwt: string): any => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())

/** What an endpoint refuses with: the `error` of the protocol. */
export async function refusedWith(asked: Promise<unknown>): Promise<string> {
  try {
    await asked
  } catch (error) {
    if (error instanceof client.WWWAuthenticateChallengeError) return error.cause[0]?.parameters['error'] ?? `${error.status}`
    if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError) return error.error
    throw error
  }
  return 'nothing'
}
