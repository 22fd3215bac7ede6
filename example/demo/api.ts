/** The few calls of the HTTP API that the story makes. */
export interface SignedIn {
  readonly access_token: string
  readonly refresh_token: string
  readonly session: { readonly id: string }
  readonly user: { readonly id: string; readonly email: string; readonly roles: readonly string[] }
}

export class ApiProblem extends Error {
  readonly status: number
  readonly code: string

  constructor(operation: string, status: number, code: string) {
    super(`${operation}: ${status} ${code}`)
    this.status = status
    this.code = code
  }
}

/** A caller of one server, with or without an access token. */
export class Api {
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>

  constructor(url: string, token?: string, userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0') {
    this.#url = url
    this.#headers = { 'user-agent': userAgent, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  }

  signIn(email: string, password: string): Promise<SignedIn> {
    return this.#send('POST', '/v1/sessions', { email, password })
  }

  refresh(refreshToken: string): Promise<SignedIn> {
    return this.#send('POST', '/v1/sessions/refresh', { refresh_token: refreshToken })
  }

  revoke(kind: string, id?: string): Promise<{ readonly position: number }> {
    return this.#send('POST', '/v1/revocations', { target: id === undefined ? { kind } : { kind, id } })
  }

  setRoles(user: string, roles: readonly string[]): Promise<unknown> {
    return this.#send('PATCH', `/v1/users/${user}`, { roles })
  }

  revokeKey(kid: string): Promise<unknown> {
    return this.#send('DELETE', `/v1/signing-keys/${kid}`)
  }

  createUser({
    email,
    password,
    roles,
  }: {
    readonly email: string
    readonly password: string
    readonly roles: readonly string[]
  }): Promise<unknown> {
    return this.#send('POST', '/v1/users', { email, password, roles })
  }

  createService(name: string): Promise<{ readonly credential: string }> {
    return this.#send('POST', '/v1/services', { name })
  }

  setStatus(user: string, status: 'active' | 'suspended'): Promise<unknown> {
    return this.#send('PATCH', `/v1/users/${user}`, { status })
  }

  createClient(client: {
    readonly name: string
    readonly redirect_uris: readonly string[]
    readonly scopes: readonly string[]
  }): Promise<{ readonly id: string; readonly secret: string }> {
    return this.#send('POST', '/v1/clients', { ...client, kind: 'confidential' })
  }

  disableClient(id: string): Promise<unknown> {
    return this.#send('PATCH', `/v1/clients/${id}`, { disabled: true })
  }

  async #send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init =
      body === undefined
        ? { headers: this.#headers }
        : { headers: { ...this.#headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await fetch(this.#url + path, { method, ...init })
    const answer = (response.status === 204 ? {} : await response.json()) as T & { code?: string }
    if (!response.ok) throw new ApiProblem(`${method} ${path}`, response.status, answer.code ?? '')
    return answer
  }
}

/** One member of a token's header or claims, unverified: the story only shows it. */
export function peek(token: string, part: 'header' | 'claims', member: string): string {
  const segment = token.split('.')[part === 'header' ? 0 : 1] ?? ''
  return String((JSON.parse(Buffer.from(segment, 'base64url').toString()) as Record<string, unknown>)[member])
}
