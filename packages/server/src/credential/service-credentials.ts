import type { Platform } from 'countersign/core'
import { AuthError, newId, newSecret, parseSecret } from 'countersign/core'
import { equalText, sha256Base64url } from 'countersign/crypto'
import { actOn } from '../audit/index.ts'
import type { ServiceCredential, ServiceCredentialStore } from './service-credential-store.ts'

export interface ServiceCredentialsOptions {
  readonly store: ServiceCredentialStore
  readonly platform: Platform
}

export interface IssuedServiceCredential {
  /** `svc_…` */
  readonly id: string
  readonly name: string
  /** `cs_svc_…`: shown once, stored as a hash. */
  readonly credential: string
}

/** `cs_svc_` + 22 characters of the id + `_` + secret and checksum. By length, since `_` is a base64url character too. */
const form = /^cs_svc_([A-Za-z0-9_-]{22})_[A-Za-z0-9_-]{43,64}$/
const MAXIMUM_LENGTH = 128
const MAXIMUM_NAME = 100

/** What verifiers show to read the feed. */
export class ServiceCredentials {
  readonly #options: ServiceCredentialsOptions

  constructor(options: ServiceCredentialsOptions) {
    this.#options = options
  }

  /** @throws {AuthError} `request_invalid` when the name is empty, longer than 100 characters, or has control characters. */
  async issue(name: string): Promise<IssuedServiceCredential> {
    const trimmed = checkedName(name)
    const { store, platform } = this.#options
    const id = newIdPart(platform)
    const credential = newSecret(`cs_svc_${id}`, platform.random)
    actOn('service', `svc_${id}`)
    await store.add({ id: `svc_${id}`, name: trimmed, secretHash: sha256Base64url(credential), createdAt: platform.clock.now() })
    return { id: `svc_${id}`, name: trimmed, credential }
  }

  /**
   * Finds the service behind an `Authorization` header value.
   *
   * @throws {AuthError} `credential_missing` without one, `credential_malformed` when it is no service credential at all,
   * `token_invalid` when it is unknown, removed or wrong.
   */
  async authenticate(authorization: string | undefined): Promise<ServiceCredential> {
    if (authorization === undefined) throw new AuthError('credential_missing')
    const presented = /^Bearer +([^ ]+)$/i.exec(authorization.slice(0, MAXIMUM_LENGTH + 16))?.[1]
    const id = presented === undefined || presented.length > MAXIMUM_LENGTH ? undefined : form.exec(presented)?.[1]
    if (presented === undefined || id === undefined) throw new AuthError('credential_malformed', { scheme: 'service' })
    parseSecret(`cs_svc_${id}`, presented)
    const stored = await this.#options.store.find(`svc_${id}`)
    if (stored === undefined || !equalText(stored.secretHash, sha256Base64url(presented))) {
      throw new AuthError('token_invalid', { reason: 'unknown_service', service: `svc_${id}` })
    }
    return stored
  }

  list(): Promise<readonly ServiceCredential[]> {
    return this.#options.store.list()
  }

  /** @throws {AuthError} `not_found`. */
  async remove(id: string): Promise<void> {
    const removed = await this.#options.store.remove(id, this.#options.platform.clock.now())
    if (!removed) throw new AuthError('not_found', { service: id })
  }
}

function newIdPart(platform: Platform): string {
  return newId('svc', platform.random).slice('svc_'.length)
}

function checkedName(name: string): string {
  const trimmed = name.trim()
  const bad = trimmed === '' || trimmed.length > MAXIMUM_NAME || !trimmed.isWellFormed() || /\p{Cc}/u.test(trimmed)
  if (bad) throw new AuthError('request_invalid', { pointer: '/name', problem: `must have 1 to ${MAXIMUM_NAME} printable characters` })
  return trimmed
}
