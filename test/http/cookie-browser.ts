import assert from 'node:assert/strict'

export interface BrowserRequest {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** What a script of the page adds; `undefined` leaves it out. Default: what the jar holds. */
  readonly csrf?: string | undefined
}

export interface BrowserReply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The document of the answer, when it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into freely by the tests
  readonly body: any
  /** As they were sent. */
  readonly setCookies: readonly string[]
}

/** Keeps cookies of one host as a browser does, as far as the tests need it. */
export class CookieBrowser {
  readonly url: string
  readonly jar: Map<string, string> = new Map()

  constructor(url: string, jar: ReadonlyMap<string, string> = new Map()) {
    this.url = url
    for (const [name, value] of jar) this.jar.set(name, value)
  }

  /** Another one with the same cookies: a second tab in the same moment, or a thief. */
  copy(url: string = this.url): CookieBrowser {
    return new CookieBrowser(url, this.jar)
  }

  cookie(ending: string): string | undefined {
    for (const [name, value] of this.jar) if (name.endsWith(ending)) return value
    return undefined
  }

  async send(method: string, path: string, request: BrowserRequest = {}): Promise<BrowserReply> {
    const { body, headers = {} } = request
    const csrf = 'csrf' in request ? request.csrf : this.cookie('cs_csrf')
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.jar.size === 0 ? {} : { cookie: [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const setCookies = response.headers.getSetCookie()
    for (const cookie of setCookies) this.#keep(cookie)
    const text = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').endsWith('json')
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
      setCookies,
    }
  }

  #keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split('; ')
    const separator = pair.indexOf('=')
    const name = pair.slice(0, separator)
    if (name.startsWith('__Host-'))
      assert.ok(attributes.includes('Secure') && attributes.includes('Path=/') && !/domain=/i.test(cookie), cookie)
    if (attributes.includes('Max-Age=0')) this.jar.delete(name)
    else this.jar.set(name, pair.slice(separator + 1))
  }
}
