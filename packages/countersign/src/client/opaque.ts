import { decodeBase64url, encodeBase64url } from '../core/base64url.ts'
import { isJsonObject } from '../core/json.ts'
import { type Platform, systemPlatform } from '../core/platform.ts'
import { AuthError } from '../core/refusal.ts'
import type { KeyStretching, OpaqueClientLibrary } from './opaque-library.ts'
import { askServer } from './session-api.ts'
import { hiddenSecret, type SecretCredential } from './signing-credential.ts'
import type { SessionDescription, SessionUser } from './stored-session.ts'

export interface OpaqueClientOptions {
  /** Where the Countersign server answers. */
  readonly baseUrl: string
  /** The module `@serenity-kit/opaque`. */
  readonly library: OpaqueClientLibrary
  /** Has to stay as it is: who set a password with another one has to set it again. Default: the library's, 64 MiB and 3 passes. */
  readonly keyStretching?: KeyStretching
  readonly platform?: Platform
}

export interface OpaqueSignUp {
  readonly email: string
  readonly password: string
  readonly name?: string
}

export interface OpaqueSignInRequest {
  readonly email: string
  readonly password: string
  /** How the device is called in the list of devices. */
  readonly device?: string
  /** What the session before was given on this device. */
  readonly deviceToken?: string
  /** Of an authenticator app, where the account has one: the server asks for it with `factor_required`. */
  readonly totpCode?: string
  /** In its place. */
  readonly recoveryCode?: string
  /** Ask for the tokens of the session too. They travel, as those of any other sign-in do. Default false. */
  readonly tokens?: boolean
}

export interface OpaqueTokens {
  readonly accessToken: string
  readonly refreshToken: string
}

export interface OpaquePasswordChange {
  readonly accessToken: string
  readonly email: string
  readonly currentPassword: string
  readonly newPassword: string
  /** How the current one signs in. `'plain'` shows it to the server, for the last time. */
  readonly from: 'opaque' | 'plain'
  /** What the sign-in was given on this device. */
  readonly deviceToken?: string
}

/** A session whose requests are signed. */
export interface OpaqueSession {
  readonly session: SessionDescription
  readonly user: SessionUser
  /** For `signingFetch`. Its secret cannot be read out; `openKeyStore` keeps it. It ends with the session. */
  readonly credential: SecretCredential
  /** Undefined unless they were asked for. */
  readonly tokens: OpaqueTokens | undefined
  /** To be kept on the device beyond the session: whoever signs in with it does not wait for what strangers have tried. */
  readonly deviceToken: string
}

export interface OpaqueClient {
  /** What makes a good password is yours to check: nobody else sees it. @throws {AuthError} `email_taken`, `request_invalid`. */
  signUp(request: OpaqueSignUp): Promise<SessionUser>
  /**
   * @throws {AuthError} `credentials_invalid`, alike for an unknown address, a wrong password and a wrong code; `factor_required`: repeat it
   *   with a code.
   */
  signIn(request: OpaqueSignInRequest): Promise<OpaqueSession>
  /**
   * Sets a password that the server does not see. Every older token is dead, and every other session.
   *
   * @returns new tokens for the session that asked.
   * @throws {AuthError} `credentials_invalid`, `conflict`.
   */
  setPassword(change: OpaquePasswordChange): Promise<OpaqueTokens>
}

const KEY_BITS = 256

type Json = Readonly<Record<string, unknown>>

/** Sign-up and sign-in by OPAQUE (RFC 9807): the password does not leave this machine. */
export function createOpaqueClient(options: OpaqueClientOptions): OpaqueClient {
  return new HttpOpaqueClient(options)
}

class HttpOpaqueClient implements OpaqueClient {
  readonly #library: OpaqueClientLibrary
  readonly #baseUrl: string
  readonly #platform: Platform
  readonly #stretched: { readonly keyStretching?: KeyStretching }

  constructor({ baseUrl, library, keyStretching, platform = systemPlatform }: OpaqueClientOptions) {
    this.#library = library
    this.#baseUrl = baseUrl.replace(/\/+$/, '')
    this.#platform = platform
    this.#stretched = keyStretching === undefined ? {} : { keyStretching }
  }

  async signUp({ email, password, name }: OpaqueSignUp): Promise<SessionUser> {
    const opaque = await this.#register(password)
    const { user } = await this.#post('/v1/users', { email, opaque, ...(name === undefined ? {} : { name }) })
    return described(user) as unknown as SessionUser
  }

  async signIn({ email, password, totpCode, recoveryCode, tokens = false, ...request }: OpaqueSignInRequest): Promise<OpaqueSession> {
    const device = { name: request.device, token: request.deviceToken }
    const { sessionKey, ...proof } = await this.#prove(email, password, device)
    const beside = { device, totp_code: totpCode, recovery_code: recoveryCode }
    const answer = await this.#post('/v1/opaque/sessions/confirm', { ...proof, ...beside, tokens })
    return {
      session: described(answer['session']) as unknown as SessionDescription,
      user: described(answer['user']) as unknown as SessionUser,
      credential: { keyId: textOf(answer, 'access_key_id'), secret: await secretOf(sessionKey) },
      tokens: tokens ? tokensOf(answer) : undefined,
      deviceToken: textOf(answer, 'device_token'),
    }
  }

  async setPassword(change: OpaquePasswordChange): Promise<OpaqueTokens> {
    const { accessToken, email, currentPassword, newPassword, from } = change
    const upload = await this.#register(newPassword)
    const current =
      from === 'plain' ? { current_password: currentPassword } : await this.#currentProof(email, currentPassword, change.deviceToken)
    const answer = await this.#post('/v1/opaque/registrations/confirm', { ...upload, ...current }, accessToken)
    return tokensOf(answer)
  }

  async #register(password: string): Promise<Json> {
    await this.#library.ready
    const normal = password.normalize('NFC')
    const { clientRegistrationState, registrationRequest } = this.#library.client.startRegistration({ password: normal })
    const answer = await this.#post('/v1/opaque/registrations', { registration_request: registrationRequest })
    const { registrationRecord } = this.#library.client.finishRegistration({
      password: normal,
      clientRegistrationState,
      registrationResponse: textOf(answer, 'registration_response'),
      ...this.#stretched,
    })
    return { registration: textOf(answer, 'registration'), registration_record: registrationRecord }
  }

  async #currentProof(email: string, password: string, token: string | undefined): Promise<Json> {
    const { sessionKey: _unused, ...proof } = await this.#prove(email, password, { token })
    return { current_opaque: proof }
  }

  async #prove(
    email: string,
    password: string,
    device: Json,
  ): Promise<{ sign_in: string; finish_login_request: string; sessionKey: string }> {
    await this.#library.ready
    const normal = password.normalize('NFC')
    const { clientLoginState, startLoginRequest } = this.#library.client.startLogin({ password: normal })
    const answer = await this.#post('/v1/opaque/sessions', { email, start_login_request: startLoginRequest, device })
    const loginResponse = textOf(answer, 'login_response')
    const finished = this.#library.client.finishLogin({ password: normal, clientLoginState, loginResponse, ...this.#stretched })
    // Here it shows, and not at the server: that one never learns what was tried.
    if (finished === undefined) throw new AuthError('credentials_invalid')
    const { finishLoginRequest, sessionKey } = finished
    return { sign_in: textOf(answer, 'sign_in'), finish_login_request: finishLoginRequest, sessionKey }
  }

  async #post(path: string, body: Json, accessToken?: string): Promise<Json> {
    const authorization = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }
    const headers = { ...authorization, 'content-type': 'application/json' }
    return described(await askServer(this.#platform, this.#baseUrl + path, { method: 'POST', headers, body: JSON.stringify(body) }))
  }
}

/** As `deriveOpaqueSecret` of `countersign/signature` computes it. */
async function secretOf(sessionKey: string): Promise<CryptoKey> {
  const { subtle } = globalThis.crypto
  const agreed = await subtle.importKey('raw', new Uint8Array(decodeBase64url(sessionKey)), 'HKDF', false, ['deriveBits'])
  const info = new TextEncoder().encode('countersign/opaque-access-key/1')
  const bits = await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }, agreed, KEY_BITS)
  return hiddenSecret(encodeBase64url(new Uint8Array(bits)))
}

const tokensOf = (answer: Json): OpaqueTokens => ({
  accessToken: textOf(answer, 'access_token'),
  refreshToken: textOf(answer, 'refresh_token'),
})

function described(answer: unknown): Json {
  if (!isJsonObject(answer)) throw new AuthError('unavailable', { reason: 'answer' })
  return answer
}

function textOf(answer: Json, name: string): string {
  const text = answer[name]
  if (typeof text !== 'string') throw new AuthError('unavailable', { reason: 'answer' })
  return text
}
