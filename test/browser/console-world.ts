import assert from 'node:assert/strict'
import type { ServerOptions } from '../../packages/server/src/index.ts'
import { PASSWORD, type ServerWorld } from '../http/server-world.ts'
import { BrowserWorld } from './browser-world.ts'
import { typePassword } from './journey.ts'
import { inspect, type LookName } from './inspection.ts'
import type { Visitor } from './visitor.ts'

const OPERATOR = 'operator@harbour.example'

/** A server whose console was built, and an operator who is signed in at it in a real browser. */
export class ConsoleWorld implements AsyncDisposable {
  readonly browser: BrowserWorld
  readonly operator: Visitor
  readonly email = OPERATOR

  private constructor(browser: BrowserWorld, operator: Visitor) {
    this.browser = browser
    this.operator = operator
  }

  static async open(options: ServerOptions = {}): Promise<ConsoleWorld> {
    const browser = await BrowserWorld.open(options)
    const made = await browser.server.local('POST', '/v1/users', { email: OPERATOR, password: PASSWORD, roles: ['admin'] })
    assert.equal(made.status, 201)
    const operator = await browser.visitor()
    const world = new ConsoleWorld(browser, operator)
    await world.signIn(operator, OPERATOR)
    return world
  }

  /** What is asked of the server itself, with the authority of its machine. */
  get server(): ServerWorld {
    return this.browser.server
  }

  /** Signs somebody in at the hosted page, which leads to the console. */
  async signIn(visitor: Visitor, email: string, path = '/console'): Promise<void> {
    await visitor.open(path)
    await visitor.arrivesAt('/sign-in')
    await typePassword(visitor, { email, password: PASSWORD })
    await visitor.arrivesAt(path)
  }

  /** Goes to a page of the console, and waits until it shows its title. */
  async open(path: string, title: string | RegExp): Promise<void> {
    await this.operator.open(`/console${path}`)
    await this.operator.isShown(title)
  }

  /**
   * The page as it stands, held against the rules of accessibility, and whether it fits on the narrowest screen. What a page is made of is the
   * same on all: where everything that has a colour of its own is together it is looked at in the dark, and where there is much to press, narrow.
   */
  async inspect(name: string, looks: readonly LookName[] = ['light', 'reflow']): Promise<void> {
    await inspect(this.operator.page, `console-${name}`, looks)
    await this.operator.page.setViewportSize({ width: 1280, height: 800 })
    await this.operator.page.emulateMedia({ colorScheme: 'light' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.operator[Symbol.asyncDispose]()
    } finally {
      await this.browser[Symbol.asyncDispose]()
    }
  }
}
