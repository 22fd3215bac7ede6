import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { AuthError } from 'countersign/core'
import type { PublicJwk } from 'countersign/key'
import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { SigningKeys } from '../signing/index.ts'
import { basicCredentials } from './basic-credentials.ts'
import { ClientCredentials } from './client-credentials.ts'
import { decideDevice, findDevice, type WaitingDevice } from './device-approval.ts'
import { ProtocolProvider } from './form-post.ts'
import { livingCertificate } from './mutual-tls.ts'
import { type BrowserSession, type OAuthCall, oauthCalls, type PostedAnswer, type PresentedCertificate } from './oauth-call.ts'
import { endpoints, SESSION_COOKIE } from './endpoint.ts'
import { type ProviderGround, providerConfiguration } from './provider-configuration.ts'
import { PlainRefresh } from './plain-refresh.ts'
import { plainRequest } from './plain-request.ts'
import type { TokenAnswer } from './token-answer.ts'
import { lateRefusal, settle } from './token-request.ts'

/** A request for the protocol library, read whole. */
export interface OAuthRequest {
  readonly method: string
  /** Below the path of the issuer's URL. */
  readonly path: string
  readonly headers: Headers
  readonly body: Uint8Array
  readonly address: string | undefined
  readonly session: BrowserSession | undefined
  readonly certificate: PresentedCertificate | undefined
}

export interface OAuthAnswer {
  readonly response: Response
  readonly posted: PostedAnswer | undefined
}

/** What becomes of a token that the library does not know, since it is self-contained. */
export interface TokenEndpoints {
  /** RFC 7009, for a client that has authenticated. */
  revoke(token: string, client: string): Promise<void>
  /** RFC 7662; `{ active: false }` for what is not the client's. */
  introspect(token: string, client: string): Promise<Readonly<Record<string, unknown>>>
}

/** The library itself, for whoever needs its models. */
export type ProtocolLibrary = Provider

/** What the library needs of a person, who is asked by our pages. */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

export interface Surroundings {
  readonly keys: SigningKeys
  readonly tokens: TokenEndpoints
  /** What is no answer of the protocol, but a fault of ours. */
  readonly onFailure: (error: Error) => void
}

/** The library as it is for one state of the key ring. */
interface Generation {
  readonly published: readonly PublicJwk[]
  readonly kid: string
  readonly provider: Provider
  readonly handle: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>
}

/**
 * The protocol library behind standard requests. It reads its keys once, so that there is one of it for each state of the key ring: a request
 * that is under way ends on the one that it began with.
 */
export class AuthorizationServer {
  readonly #ground: ProviderGround
  readonly #keys: SigningKeys
  readonly #tokens: TokenEndpoints
  readonly #issuer: URL
  readonly #clientCredentials: ClientCredentials
  readonly #plainRefresh: PlainRefresh
  /** What the library has made of a request. */
  readonly #contexts = new WeakMap<IncomingMessage, KoaContextWithOIDC>()
  /** What kept it from answering. */
  readonly #failures = new WeakMap<IncomingMessage, unknown>()
  #generation: Generation | undefined

  readonly #onFailure: (error: Error) => void

  constructor(ground: ProviderGround, { keys, tokens, onFailure }: Surroundings) {
    this.#onFailure = onFailure
    this.#ground = ground
    this.#keys = keys
    this.#tokens = tokens
    this.#issuer = new URL(ground.issuer)
    this.#clientCredentials = new ClientCredentials({ ...ground, ...ground.clients, keys })
    this.#plainRefresh = new PlainRefresh({ ...ground, clients: ground.clients.clients, keys })
  }

  /** Without the library, what is plainly to be granted. @returns undefined for all else: that is for `answer`. */
  async answerPlain(request: OAuthRequest): Promise<TokenAnswer | undefined> {
    const asked = request.path === endpoints.token ? plainRequest(request) : undefined
    if (asked?.grant === 'client_credentials') return this.#clientCredentials.answer(asked)
    return asked?.grant === 'refresh_token' ? this.#plainRefresh.answer(asked) : undefined
  }

  /** @returns also what a page of ours is to send on in its place. */
  async answer(request: OAuthRequest): Promise<OAuthAnswer> {
    return this.#within(request, async (_provider, call) => {
      // Our own pages change what is there; here something may be added.
      call.isCounted = false
      const { incoming, outgoing } = this.#messages(request)
      await this.#current().handle(incoming, outgoing)
      // Of ours: 503 for a store that cannot be reached, where the library would say 500.
      if (this.#failures.has(incoming)) throw this.#failures.get(incoming)
      const context = this.#contexts.get(incoming)
      if (context === undefined) throw new Error('the protocol library has not taken the request')
      await this.#settle(context, call)
      return { response: responseOf(context, outgoing, call), posted: call.posted }
    })
  }

  /**
   * What a person is asked for, by the cookie of their browser.
   *
   * @returns undefined when it is over, or of another browser.
   */
  interaction(request: OAuthRequest): Promise<Interaction | undefined> {
    return this.#within(request, async (provider) => {
      const { incoming, outgoing } = this.#messages(request)
      try {
        return await provider.interactionDetails(incoming, outgoing)
      } catch (error) {
        if (error instanceof errors.SessionNotFound) return undefined
        throw error
      }
    })
  }

  /** Notes what the person has decided. @returns where the library goes on, as a path of ours. */
  finish(request: OAuthRequest, decide: (provider: Provider) => Promise<Parameters<Provider['interactionResult']>[2]>): Promise<string> {
    return this.#within(request, async (provider) => {
      const { incoming, outgoing } = this.#messages(request)
      const to = await provider.interactionResult(incoming, outgoing, await decide(provider), { mergeWithLastSubmission: true })
      const url = new URL(to)
      return url.pathname + url.search
    })
  }

  /** What a person was asked for goes on with whoever signs in next: they have chosen another account. */
  forgetSession(request: OAuthRequest): Promise<void> {
    return this.#within(request, async (provider) => {
      const { incoming, outgoing } = this.#messages(request)
      const interaction = await provider.interactionDetails(incoming, outgoing)
      Object.assign(interaction, { session: undefined, accountId: undefined })
      await interaction.persist()
    })
  }

  /** What waits behind a code that somebody has typed (RFC 8628 section 3.3). */
  findDevice(request: OAuthRequest, userCode: string): Promise<WaitingDevice | undefined> {
    return this.#within(request, (provider) => findDevice(this.#lookup(provider, userCode)))
  }

  /** @returns false when there is nothing to decide any more. */
  decideDevice(request: OAuthRequest, userCode: string, isAllowed: boolean, session: BrowserSession): Promise<boolean> {
    return this.#within(request, (provider) => decideDevice(this.#lookup(provider, userCode), isAllowed, session))
  }

  /** Whose ID token this is, expired or not (OpenID Connect RP-Initiated Logout, section 2). @returns undefined for what is none of ours. */
  tokenHint(request: OAuthRequest, idToken: string, clientId: string): Promise<string | undefined> {
    return this.#within(request, async (provider) => {
      try {
        const client = await provider.Client.find(clientId)
        const { payload } = (await provider.IdToken.validate(idToken, client as never)) as { readonly payload: { readonly sub?: string } }
        return payload.sub
      } catch {
        return undefined
      }
    })
  }

  #lookup(provider: Provider, userCode: string) {
    const { audience, clients } = this.#ground
    return { provider, userCode, audience: audience[0], clientOf: (id: string) => clients.store.find(id) }
  }

  #within<Result>(request: OAuthRequest, work: (provider: Provider, call: OAuthCall) => Promise<Result>): Promise<Result> {
    const call: OAuthCall = {
      // A query belongs to whoever asks: it makes no other place of the token endpoint.
      path: request.path.replace(/\?.*$/s, ''),
      address: request.address,
      arrivedAt: this.#ground.clock.now(),
      session: request.session,
      secret: secretOf(request),
      certificate: livingCertificate(request.certificate, this.#ground.clock),
      tokenRequest: { redeemed: undefined, token: undefined, refreshToken: undefined },
      client: undefined,
      clientMetadata: undefined,
      seenAt: undefined,
      successor: undefined,
      isCounted: true,
      retryAfterSeconds: undefined,
      posted: undefined,
    }
    return oauthCalls.run(call, () => work(this.#current().provider, call))
  }

  /** No token goes out before all that it stands on is committed. */
  async #settle(ctx: KoaContextWithOIDC, { tokenRequest }: OAuthCall): Promise<void> {
    if (ctx.status !== 200 || (await settle(tokenRequest, this.#ground.artifacts))) return
    Object.assign(ctx, lateRefusal())
  }

  #current(): Generation {
    const published = this.#keys.published('access-token')
    const signer = this.#keys.current('access-token')
    const known = this.#generation
    if (known?.published === published && known.kid === signer.kid) return known
    const provider = new ProtocolProvider(this.#ground.issuer, providerConfiguration(this.#ground, published, signer))
    // What Koa would write to a socket we take as it is.
    provider.use(async (ctx, next) => {
      ctx.respond = false
      this.#contexts.set(ctx.req, ctx as KoaContextWithOIDC)
      await next().catch((error: unknown) => this.#failures.set(ctx.req, error))
    })
    provider.use((ctx, next) => this.#withStructuredTokens(ctx as KoaContextWithOIDC, next))
    provider.on('server_error', (ctx, error) => {
      if (error instanceof AuthError) this.#failures.set(ctx.req, error)
      else this.#onFailure(error)
    })
    this.#generation = { published, kid: signer.kid, provider, handle: provider.callback() }
    return this.#generation
  }

  /** The library authenticates the client, and then knows nothing of self-contained tokens: ours are revoked and examined as everywhere. */
  async #withStructuredTokens(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    await next()
    const route = ctx.oidc?.route
    if (route !== 'revocation' && route !== 'introspection') return
    const { error } = (ctx.body ?? {}) as { readonly error?: unknown }
    const client = ctx.oidc.client?.clientId
    const token = ctx.oidc.params?.['token']
    if (error !== 'unsupported_token_type' || client === undefined || typeof token !== 'string') return
    const shown = route === 'revocation' ? await this.#tokens.revoke(token, client) : await this.#tokens.introspect(token, client)
    ctx.status = 200
    ctx.body = shown ?? ''
  }

  /** Under our own name, whatever the request calls us: what the library makes of it is then ours as well. */
  #messages({ method, path, headers, body, address, session }: OAuthRequest): {
    readonly incoming: IncomingMessage
    readonly outgoing: ServerResponse
  } {
    const { protocol, pathname } = this.#issuer
    const { mtlsUrl } = this.#ground
    // A proof names the address that it was sent to, which may be the other one of ours.
    const alias = mtlsUrl === undefined ? undefined : new URL(mtlsUrl).host
    const host = alias !== undefined && headers.get('host') === alias ? alias : this.#issuer.host
    const socket = Object.assign(new Socket(), { encrypted: protocol === 'https:' })
    Object.defineProperty(socket, 'remoteAddress', { value: address })
    const incoming = new IncomingMessage(socket)
    const cookie = cookiesWith(session, headers.get('cookie') ?? '')
    // Who calls us without a wire says no length, and the library then looks for no body.
    const own = { ...Object.fromEntries(headers), host, cookie, ...(body.length === 0 ? {} : { 'content-length': `${body.length}` }) }
    const target = { method, url: path, originalUrl: pathname.replace(/\/+$/, '') + path, httpVersion: '1.1', headers: own }
    Object.assign(incoming, target, { complete: true })
    incoming.push(body)
    incoming.push(null)
    return { incoming, outgoing: new ServerResponse(incoming) }
  }
}

/** Theirs but for the one that is ours to give. */
function cookiesWith(session: BrowserSession | undefined, sent: string): string {
  const others = sent.split(/; */).filter((pair) => pair !== '' && !pair.startsWith(`${SESSION_COOKIE}=`))
  return [...others, ...(session === undefined ? [] : [`${SESSION_COOKIE}=${session.id}`])].join('; ')
}

function responseOf(ctx: KoaContextWithOIDC, outgoing: ServerResponse, { successor, retryAfterSeconds }: OAuthCall): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(outgoing.getHeaders())) {
    for (const each of Array.isArray(value) ? value : [value]) {
      const isOwn = name === 'set-cookie' && String(each).startsWith(`${SESSION_COOKIE}`)
      if (each !== undefined && name !== 'content-length' && !isOwn) headers.append(name, String(each))
    }
  }
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds))
  return new Response(bodyOf(ctx.body, successor), { status: ctx.status, headers })
}

function bodyOf(body: unknown, successor: OAuthCall['successor']): string | Uint8Array<ArrayBuffer> | null {
  if (body === undefined || body === null || body === '') return null
  if (typeof body === 'string') return body
  if (Buffer.isBuffer(body)) return new Uint8Array(body)
  const answer = body as Readonly<Record<string, unknown>>
  const isRenamed = successor !== undefined && answer['refresh_token'] === successor.from
  return JSON.stringify(isRenamed ? { ...answer, refresh_token: successor.to } : answer)
}

/** As shown in the header or in the form (RFC 6749 section 2.3.1); anything broken is for the library to refuse. */
function secretOf({ headers, body }: OAuthRequest): OAuthCall['secret'] {
  const shown = basicCredentials(headers.get('authorization'))
  if (shown !== undefined) return { text: shown.secret, method: 'client_secret_basic' }
  if (!(headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded')) return undefined
  const text = new URLSearchParams(new TextDecoder().decode(body)).get('client_secret')
  return text === null ? undefined : { text, method: 'client_secret_post' }
}
