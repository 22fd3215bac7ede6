/** What a browser has in front of it: a page of the server, or an address outside of it that it was led to. */
export interface Page {
  readonly url: URL
  readonly html: string
}

const text = (html: string): string =>
  html.replace(/&(amp|quot|#39);/g, (_, name) => ({ amp: '&', quot: '"', '#39': "'" })[name as string] ?? '')

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : text(value)
}

/** Somebody's browser, without scripts: it keeps cookies, goes where it is led, and fills in the forms of one server. */
export class Browser {
  readonly #server: URL
  readonly #cookies = new Map<string, string>()

  constructor(server: string) {
    this.#server = new URL(server)
  }

  open(address: string | URL): Promise<Page> {
    return this.#go(new URL(address, this.#server), {})
  }

  /** Sends the form of that name, with what was typed into it. */
  press(page: Page, name: string, typed: Readonly<Record<string, string>> = {}): Promise<Page> {
    const form = [...page.html.matchAll(/<form\b[\s\S]*?<\/form>/g)].find(([each]) => each.includes(`name="form" value="${name}"`))?.[0]
    if (form === undefined) throw new Error(`there is no form ${name} at ${page.url.pathname}`)
    const fields = new URLSearchParams()
    for (const [input] of form.matchAll(/<input\b[^>]*>/g)) fields.set(attribute(input, 'name') ?? '', attribute(input, 'value') ?? '')
    for (const [field, value] of Object.entries(typed)) fields.set(field, value)
    return this.#go(new URL(attribute(form, 'action') ?? '', page.url), { method: 'POST', body: fields })
  }

  async #go(url: URL, init: RequestInit, hops = 0): Promise<Page> {
    if (url.origin !== this.#server.origin) return { url, html: '' }
    if (hops > 12) throw new Error(`led round in circles at ${url.pathname}`)
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { accept: 'text/html', cookie, 'sec-fetch-site': 'same-origin' }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const to = response.headers.get('location') ?? /url=(.+)$/.exec(response.headers.get('refresh') ?? '')?.[1]
    const html = await response.text()
    if (to !== undefined) return this.#go(new URL(to, url), {}, hops + 1)
    if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}`)
    return { url, html }
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    if (/;\s*Max-Age=0(?:;|$)/i.test(line)) this.#cookies.delete(pair.slice(0, at))
    else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}
