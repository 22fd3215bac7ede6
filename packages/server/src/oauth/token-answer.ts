/** An answer of the token endpoint (RFC 6749 section 5.1) before it is a `Response`, whose `Headers` cost as much as all else that is made of it. */
export class TokenAnswer {
  readonly status: number
  readonly #body: string

  constructor(body: object, status = 200) {
    this.status = status
    this.#body = JSON.stringify(body)
  }

  /** @param headers What comes with every answer of the server; those of the protocol library go before. */
  response(headers: Readonly<Record<string, string>>): Response {
    const own = { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' }
    return new Response(this.#body, { status: this.status, headers: { ...headers, ...own } })
  }
}
