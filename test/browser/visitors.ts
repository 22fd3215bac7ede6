import type { Browser, BrowserContextOptions } from 'playwright-core'
import type { Locale } from '../../packages/server/src/server/message/message.ts'
import { Visitor } from './visitor.ts'

export interface VisitorOptions extends BrowserContextOptions {
  readonly language?: Locale
}

/** What a browser says of itself, for tests that tell devices apart. */
export const agents = {
  windows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  phone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
} as const

const regions: Readonly<Record<Locale, string>> = { en: 'en-GB', de: 'de-DE' }

/** Everybody who comes to a site. Who has left makes room for the next with such a browser: to open one takes as long as to sign somebody up. */
export class Visitors {
  readonly #browser: Browser
  readonly #url: string
  readonly #gone = new Map<string, Visitor[]>()

  constructor(browser: Browser, url: string) {
    this.#browser = browser
    this.#url = url
  }

  async next({ language = 'en', ...options }: VisitorOptions = {}): Promise<Visitor> {
    const kind = JSON.stringify({ language, ...options })
    const gone = this.#gone.get(kind) ?? []
    this.#gone.set(kind, gone)
    return gone.pop() ?? this.#newcomer({ locale: regions[language], ...options }, language, (visitor) => void gone.push(visitor))
  }

  async #newcomer(options: BrowserContextOptions, language: Locale, leave: (visitor: Visitor) => void): Promise<Visitor> {
    // Nothing is looked at in the middle of a movement.
    const context = await this.#browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 800 }, ...options })
    return new Visitor(await context.newPage(), this.#url, language, leave)
  }
}
