import { AuthError, encodeBase64url } from 'countersign/core'
import { type HmacKey, hmacKey, hmacSha256 } from 'countersign/crypto'
import type { MasterSecret } from '../../signing/master-secret.ts'
import type { OpaqueLibrary } from './opaque-library.ts'
import type { OpaqueRecord } from './opaque-record.ts'
import { type ServerSetup, serverSetups } from './server-setup.ts'

export interface StartedLogin {
  /** Nobody can prove anything against a fake. */
  readonly isFake: boolean
  /** To be kept from everybody. */
  readonly login: string
  readonly loginResponse: string
}

/** Whose record is asked for. */
export interface LoginSubject {
  readonly email: string
  readonly record: OpaqueRecord | undefined
  readonly isActive: boolean
}

const UNKNOWN_PURPOSE = 'opaque-unknown/1'
const IDENTIFIER_BYTES = 16

/** The server's part of OPAQUE: bytes in, bytes out. What the library throws says too much, or too little, and is replaced here. */
export class OpaqueProtocol {
  readonly #library: OpaqueLibrary
  readonly #setups: readonly ServerSetup[]
  readonly #unknown: HmacKey
  /** To try whether a record can be used. */
  readonly #probe: string

  constructor(library: OpaqueLibrary, secret: MasterSecret) {
    this.#library = library
    this.#setups = serverSetups(secret, library)
    const unknown = secret.purposeKeys(UNKNOWN_PURPOSE).at(-1)
    if (unknown === undefined) throw new Error('a master secret without secrets')
    this.#unknown = hmacKey(unknown.key)
    this.#probe = library.client.startLogin({ password: 'probe' }).startLoginRequest
  }

  /** @throws {AuthError} `request_invalid` at `/registration_request`. */
  respondToRegistration(
    identifier: string,
    registrationRequest: string,
  ): { readonly setup: string; readonly registrationResponse: string } {
    const { id: setup, text: serverSetup } = this.#end(0)
    const { registrationResponse } = this.#readable('/registration_request', ({ server }) =>
      server.createRegistrationResponse({ serverSetup, userIdentifier: identifier, registrationRequest }),
    )
    return { setup, registrationResponse }
  }

  /** A record that cannot be used would lock its user out. @throws {AuthError} `request_invalid`. */
  requireUsable({ setup, identifier, registration }: OpaqueRecord, pointer: string): void {
    const known = this.#setups.find(({ id }) => id === setup)
    if (known === undefined) throw new AuthError('request_invalid', { pointer: '/registration', problem: 'has expired: begin again' })
    this.#readable(pointer, ({ server }) =>
      server.startLogin({
        serverSetup: known.text,
        userIdentifier: identifier,
        registrationRecord: registration,
        startLoginRequest: this.#probe,
      }),
    )
  }

  /**
   * Answers alike, and in the same time, whoever it is about. Whom we do not know keeps the oldest setup, and so gets the same evaluation
   * after a new secret was put in front, as those have whom we do know.
   *
   * @throws {AuthError} `request_invalid` at `/start_login_request`.
   */
  startLogin({ email, record, isActive }: LoginSubject, startLoginRequest: string): StartedLogin {
    const known = record && this.#setups.find(({ id }) => id === record.setup)
    const unknownIdentifier = this.#identifierFor(email)
    const isFake = record === undefined || known === undefined || !isActive
    const { serverLoginState, loginResponse } = this.#readable('/start_login_request', ({ server }) =>
      server.startLogin({
        serverSetup: (known ?? this.#end(-1)).text,
        userIdentifier: record === undefined || known === undefined ? unknownIdentifier : record.identifier,
        registrationRecord: isFake ? undefined : record.registration,
        startLoginRequest,
      }),
    )
    return { isFake, login: serverLoginState, loginResponse }
  }

  /** @returns what both sides have agreed on, 64 bytes in base64url; undefined when the other side did not have the password. */
  finishLogin(login: string, finishLoginRequest: string): string | undefined {
    try {
      return this.#library.server.finishLogin({ serverLoginState: login, finishLoginRequest }).sessionKey
    } catch {
      return undefined
    }
  }

  #identifierFor(email: string): string {
    return encodeBase64url(hmacSha256(this.#unknown, email.trim().toLowerCase()).subarray(0, IDENTIFIER_BYTES))
  }

  #end(index: 0 | -1): ServerSetup {
    const setup = this.#setups.at(index)
    if (setup === undefined) throw new Error('a master secret without secrets')
    return setup
  }

  #readable<Result>(pointer: string, use: (library: OpaqueLibrary) => Result): Result {
    try {
      return use(this.#library)
    } catch (error) {
      throw new AuthError(
        'request_invalid',
        { pointer, problem: 'is no message of OPAQUE (RFC 9807, ristretto255-SHA512)' },
        { cause: error },
      )
    }
  }
}
