import assert from 'node:assert/strict'

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }
const decoded = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)

/** Attributes of a tag, as a browser reads them. */
export function attributesOf(tag: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', value = ''] of tag.replace(/^<\w+/, '').matchAll(/([a-z-]+)(?:="([^"]*)")?/g))
    attributes.set(name, decoded(value))
  return attributes
}

/** A page as a browser without scripts has it. */
export class ShownPage {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly html: string

  constructor(url: URL, status: number, headers: Headers, html: string) {
    this.url = url
    this.status = status
    this.headers = headers
    this.html = html
  }

  /** What a person reads, without the tags. */
  get text(): string {
    return decoded(this.html.replace(/<title>[\s\S]*?<\/title>|<[^>]+>/g, ' ').replace(/\s+/g, ' '))
  }

  tags(name: string): ReadonlyArray<ReadonlyMap<string, string>> {
    return (this.html.match(new RegExp(`<${name}\\b[^>]*>`, 'g')) ?? []).map(attributesOf)
  }

  /** Where the form of this name is sent, and with which fields. @param index Of several of one name. */
  form(name: string, index = 0): { readonly action: string; readonly fields: ReadonlyMap<string, string> } {
    const forms = [...this.html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form)
    const form = forms.filter((each) => each.includes(`name="form" value="${name}"`))[index]
    assert.ok(form !== undefined, `there is no form ${name} on ${this.url.pathname}: ${this.text}`)
    const fields = (form.match(/<input\b[^>]*>/g) ?? []).map(attributesOf).filter((input) => input.has('name'))
    const action = attributesOf(/<form\b[^>]*>/.exec(form)?.[0] ?? '').get('action') ?? ''
    return { action, fields: new Map(fields.map((input) => [input.get('name') ?? '', input.get('value') ?? ''])) }
  }
}

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A browser without scripts: keeps cookies, follows redirects, fills in forms. */
export class PageBrowser {
  readonly cookies: Map<string, string> = new Map()
  readonly #base: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #fetch: (url: URL, init: RequestInit) => Promise<Response>

  /** @param over Whose word it takes for who a server is. */
  constructor(
    base: string,
    headers: Readonly<Record<string, string>> = {},
    over: (url: URL, init: RequestInit) => Promise<Response> = fetch,
  ) {
    this.#base = base
    this.#headers = { accept: 'text/html', ...headers }
    this.#fetch = over
  }

  /** One answer, without following where it leads. */
  async ask(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<ShownPage> {
    const url = new URL(path, this.#base)
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const all = { ...this.#headers, ...(cookie === '' ? {} : { cookie }), ...headers }
    const response = await this.#fetch(url, { method, headers: all, redirect: 'manual', ...(body === undefined ? {} : { body }) })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return new ShownPage(url, response.status, response.headers, await response.text())
  }

  /** As typed into the address bar. */
  async open(path: string): Promise<ShownPage> {
    return this.#follow(await this.ask(path))
  }

  /** Sends the form with what was typed into it. @param index Of several of one name. */
  async submit(page: ShownPage, form: string, typed: Readonly<Record<string, string>> = {}, index = 0): Promise<ShownPage> {
    return this.#follow(await this.send(page, form, typed, index))
  }

  /** The same, without following where it leads. */
  send(page: ShownPage, form: string, typed: Readonly<Record<string, string>> = {}, index = 0): Promise<ShownPage> {
    const { action, fields } = page.form(form, index)
    return this.post(action, { ...Object.fromEntries(fields), ...typed })
  }

  post(path: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<ShownPage> {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers }
    return this.ask(path, { method: 'POST', headers: form, body: new URLSearchParams(fields).toString() })
  }

  async #follow(first: ShownPage): Promise<ShownPage> {
    let page = first
    for (let hop = 0; page.status === 303; hop++) {
      assert.ok(hop < 5, 'it goes round in circles')
      const next = new URL(page.headers.get('location') ?? '', page.url)
      if (next.origin !== new URL(this.#base).origin) return page
      page = await this.ask(next.pathname + next.search)
    }
    return page
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
