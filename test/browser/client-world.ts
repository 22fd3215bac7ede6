import type { SessionClient, SessionClientOptions } from 'countersign/client'
import { systemPlatform } from 'countersign/core'
import type { BrowserContext, Page } from 'playwright-core'
import type { ServerOptions } from '../../packages/server/src/index.ts'
import { freePort } from '../../tool/free-port.ts'
import { PASSWORD, ServerWorld } from '../http/server-world.ts'
import { type Chromium, startChromium } from '../service/chromium.ts'
import { openSite } from './client-site.ts'
import { RunningClock } from './running-clock.ts'
import { PATIENCE_MS } from './visitor.ts'

/** What the scripts of a test find in a page. */
export interface PageGlobals {
  readonly countersign: typeof import('countersign/client')
  session: SessionClient
  /** The changes that the page was told of. */
  changes: string[]
}

export type Holding = 'bearer' | 'cookie'

/** What can be told to a page. */
type PageOptions = Partial<Omit<SessionClientOptions, 'platform' | 'onStepUp' | 'storage' | 'baseUrl'>>

/** A server, a site of another origin with pages that use the client, and a real browser. */
export class ClientWorld implements AsyncDisposable {
  readonly clock: RunningClock
  readonly server: ServerWorld
  /** Of the server, as browsers know it. */
  readonly url: string
  /** Of the pages. */
  readonly origin: string
  readonly #chromium: Chromium
  readonly #opened: AsyncDisposableStack
  #people = 0

  static async open(options: ServerOptions = {}): Promise<ClientWorld> {
    await using opened = new AsyncDisposableStack()
    const clock = opened.use(new RunningClock())
    const site = opened.use(await openSite())
    const port = await freePort()
    const issuer = `http://localhost:${port}`
    const platform = { ...systemPlatform, clock }
    const server = opened.use(await ServerWorld.open({ port, issuer, origins: site.origin, ...options }, platform))
    const chromium = opened.use(await startChromium())
    return new ClientWorld({ clock, server, url: issuer, origin: site.origin }, chromium, opened.move())
  }

  private constructor(
    { clock, server, url, origin }: Pick<ClientWorld, 'clock' | 'server' | 'url' | 'origin'>,
    chromium: Chromium,
    opened: AsyncDisposableStack,
  ) {
    this.clock = clock
    this.server = server
    this.url = url
    this.origin = origin
    this.#chromium = chromium
    this.#opened = opened
  }

  /** A browser of its own: no cookies, no storage. */
  async browser(): Promise<BrowserContext> {
    const context = await this.#chromium.browser.newContext()
    context.setDefaultTimeout(PATIENCE_MS)
    return context
  }

  /** A page of the site, with a client. */
  async tab(context: BrowserContext, holding: Holding, options: PageOptions = {}): Promise<Page> {
    const page = await context.newPage()
    await page.goto(this.origin)
    await openClient(page, { baseUrl: this.url, transport: holding, ...options })
    return page
  }

  /** Somebody with an account. */
  async newcomer(roles: readonly string[] = []): Promise<{ readonly id: string; readonly email: string }> {
    const email = `person${++this.#people}@example.org`
    const { body } = await this.server.local('POST', '/v1/users', { email, password: PASSWORD, roles })
    return { id: body.user.id, email }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]()
  }
}

/** The client of a page that has just been loaded. With bearer tokens it keeps them in `localStorage`, so that tabs have one session. */
export async function openClient(page: Page, options: Pick<SessionClientOptions, 'baseUrl'> & PageOptions): Promise<void> {
  await page.waitForFunction(() => document.title === 'Ready')
  await page.evaluate((given) => {
    const world = globalThis as unknown as PageGlobals
    const storage = given.transport === 'cookie' ? {} : { storage: localStorage }
    world.changes = []
    world.session = world.countersign.createSessionClient({ ...storage, ...given })
    world.session.onChange((change) => {
      const roles = change.state === 'signed-out' ? (change.reason ?? '') : change.user.roles.join()
      world.changes.push(`${change.state} ${roles}`.trim())
    })
  }, options)
}

export const signIn = (page: Page, email: string): Promise<void> =>
  page.evaluate(
    async ([address = '', password = '']) => {
      await (globalThis as unknown as PageGlobals).session.signIn({ email: address, password })
    },
    [email, PASSWORD],
  )

/** What the server says to a request of the page: its status, or the code of the refusal. */
export const asks = (page: Page, url: string, method = 'GET'): Promise<string> =>
  page.evaluate(
    async ([address = '', verb = '']) => {
      const response = await (globalThis as unknown as PageGlobals).session.fetch(address, { method: verb })
      return response.ok ? String(response.status) : (await response.json()).code
    },
    [url, method],
  )

export const changesOf = (page: Page): Promise<readonly string[]> => page.evaluate(() => (globalThis as unknown as PageGlobals).changes)

/** Until the page has been told so. */
export async function hears(page: Page, change: string): Promise<void> {
  await page.waitForFunction((awaited) => (globalThis as unknown as PageGlobals).changes.includes(awaited), change)
}
