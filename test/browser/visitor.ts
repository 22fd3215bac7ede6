import type { BrowserContext, Locator, Page } from 'playwright-core'
import { type Locale, message } from '../../packages/server/src/server/message/message.ts'
import type { Messages } from '../../packages/server/src/server/message/en.ts'
import { PageWatch } from './page-watch.ts'

type Name = string | RegExp

/** Nothing of a page takes longer, on the slowest machine that runs this. */
export const PATIENCE_MS = 60_000

/** Somebody at a browser of their own: finds things by what is written on them, as a person or a screen reader does. */
export class Visitor implements AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  readonly watch: PageWatch
  /** The words of the pages in this person's language. */
  readonly say: Messages
  readonly #url: string
  readonly #leave: (visitor: Visitor) => void

  /** @param leave Takes the browser of somebody who has left: it knows nothing any more. */
  constructor(page: Page, url: string, language: Locale, leave: (visitor: Visitor) => void) {
    this.page = page
    this.context = page.context()
    this.say = message(language)
    this.watch = new PageWatch(this.context, url)
    this.#url = url
    this.#leave = leave
    this.context.setDefaultTimeout(PATIENCE_MS)
  }

  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.#url).href)
  }

  field(label: Name): Locator {
    return this.page.getByLabel(label, { exact: true })
  }

  button(name: Name): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  link(name: Name): Locator {
    return this.page.getByRole('link', { name, exact: true })
  }

  async type(label: Name, text: string): Promise<void> {
    await this.field(label).fill(text)
  }

  async press(name: Name): Promise<void> {
    await this.button(name).click()
  }

  async follow(name: Name): Promise<void> {
    await this.link(name).click()
  }

  /** Until the browser is at this path of ours. */
  async arrivesAt(path: string): Promise<void> {
    await this.page.waitForURL((url) => url.origin === this.#url && url.pathname === path)
  }

  /** Until this can be read. */
  async reads(text: Name): Promise<void> {
    await this.page.getByText(text).first().waitFor()
  }

  /** Until the page has this heading. */
  async isShown(title: Name): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.goto('about:blank')
    this.watch.assertQuiet()
    await this.context.clearCookies()
    this.#leave(this)
  }
}
