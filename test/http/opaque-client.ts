import { client, ready } from '@serenity-kit/opaque'
import { deriveOpaqueSecret } from 'countersign/signature'
import type { Ask, Reply } from './server-world.ts'

/** Stretches so little that it is quick: how much is the client's to choose. */
const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 64, parallelism: 1 } } as const

type Asking = (method: string, path: string, ask: Ask) => Promise<Reply>

export interface Proof {
  readonly sign_in: string
  readonly finish_login_request: string
}

export interface Attempt {
  readonly started: Reply
  /** Undefined: the client has seen that the password is wrong, or nobody has it. */
  readonly proof: Proof | undefined
  /** Of the access key that stands behind the session. */
  readonly secret: string
}

/** The real client library, over HTTP. */
export class OpaqueClient {
  readonly #ask: Asking

  private constructor(ask: Asking) {
    this.#ask = ask
  }

  static async open(ask: Asking): Promise<OpaqueClient> {
    await ready
    return new OpaqueClient(ask)
  }

  async register(password: string): Promise<{ readonly registration: string; readonly registration_record: string }> {
    const { clientRegistrationState, registrationRequest } = client.startRegistration({ password })
    const { body } = await this.#ask('POST', '/v1/opaque/registrations', { body: { registration_request: registrationRequest } })
    const { registration, registration_response: registrationResponse } = body
    const { registrationRecord } = client.finishRegistration({ password, clientRegistrationState, registrationResponse, keyStretching })
    return { registration, registration_record: registrationRecord }
  }

  async signUp(email: string, password: string): Promise<Reply> {
    return this.#ask('POST', '/v1/users', { body: { email, opaque: await this.register(password) } })
  }

  async attempt(email: string, password: string): Promise<Attempt> {
    const { clientLoginState, startLoginRequest } = client.startLogin({ password })
    const started = await this.#ask('POST', '/v1/opaque/sessions', { body: { email, start_login_request: startLoginRequest } })
    const { sign_in, login_response: loginResponse } = started.body
    const finished = client.finishLogin({ password, clientLoginState, loginResponse, keyStretching })
    if (finished === undefined) return { started, proof: undefined, secret: '' }
    const { finishLoginRequest, sessionKey } = finished
    return { started, proof: { sign_in, finish_login_request: finishLoginRequest }, secret: deriveOpaqueSecret(sessionKey) }
  }

  confirm(proof: Proof | undefined, more: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
    return this.#ask('POST', '/v1/opaque/sessions/confirm', { body: { ...proof, ...more } })
  }

  /** Both messages. The password has to be right. */
  async signIn(
    email: string,
    password: string,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<Reply & { readonly secret: string }> {
    const { proof, secret } = await this.attempt(email, password)
    return { ...(await this.confirm(proof, more)), secret }
  }
}
