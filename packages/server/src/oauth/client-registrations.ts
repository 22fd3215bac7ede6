import { AuthError, newSecret, parseSecret, type Platform } from 'countersign/core'
import { equalText, sha256Base64url } from 'countersign/crypto'
import { type ActFacts, actOf } from '../audit/index.ts'
import type { ClientInvitation } from './client-invitation-store.ts'
import { UNKNOWN_TOKEN } from './client-invitations.ts'
import type { OAuthClientStore } from './client-store.ts'
import type { OAuthClient } from './oauth-client.ts'
import type { OAuthClients } from './oauth-clients.ts'
import { type ClientMetadata, registrationRequest, shownMetadata } from './registration-metadata.ts'

export interface RegisteredClient {
  readonly client: OAuthClient
  /** Undefined for who has none. */
  readonly secret: string | undefined
  /** `cs_rat_…`: with it the client looks at itself, changes itself, leaves. Shown once, kept as a hash. */
  readonly registrationToken: string
}

interface Ground {
  readonly store: OAuthClientStore
  readonly clients: OAuthClients
  readonly platform: Platform
  /** With which ID tokens are signed. */
  readonly algorithm: () => string
}

const TOKEN_PREFIX = 'cs_rat'

/** Clients that register by themselves (RFC 7591), and look after themselves (RFC 7592). */
export class ClientRegistrations {
  readonly #ground: Ground

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /**
   * @param invited Which is used by it. `ClientInvitations.authenticate` has found it.
   * @throws {AuthError} `request_invalid` for what would not be safe, not work, or is more than it allows: then nothing is used. `token_invalid`
   * when others were quicker, or it was taken back.
   */
  async register({ id: invitation, limits }: ClientInvitation, metadata: ClientMetadata): Promise<RegisteredClient> {
    const { clients, platform, store, algorithm } = this.#ground
    const { client: request, authMethod } = registrationRequest(metadata, limits, algorithm())
    const registrationToken = newSecret(TOKEN_PREFIX, platform.random)
    const tokenHash = sha256Base64url(registrationToken)
    const { client, secret } = clients.draft(request, { invitation, tokenHash, limits, authMethod, isVerified: false })
    const target = { kind: 'client', id: client.id }
    const registering = { operation: 'registerClient', actor: { kind: 'client', id: invitation }, target, isQuiet: true } as const
    const isRegistered = await actOf(registering, () => store.register(client, invitation, platform.clock.now()))
    if (!isRegistered) throw new AuthError('token_invalid', { reason: 'invitation_over', invitation })
    return { client, secret, registrationToken }
  }

  /** @throws {AuthError} `token_invalid`, `credential_malformed`: also where there is no such client, or it is disabled. */
  async find(id: string, token: string): Promise<OAuthClient> {
    parseSecret(TOKEN_PREFIX, token)
    const client = await this.#ground.store.find(id)
    const known = client?.registration?.tokenHash
    if (client === undefined || known === undefined || !equalText(known, sha256Base64url(token))) {
      throw new AuthError('token_invalid', { reason: UNKNOWN_TOKEN, client: id })
    }
    if (client.disabledAt !== undefined) throw new AuthError('token_invalid', { reason: 'client_disabled', client: id })
    return client
  }

  /**
   * Replaces what a client says of itself: what is left out is taken away (RFC 7592 section 2.2), but for what binds its tokens and
   * protects its requests. How it proves itself stays, and that an operator stands by it ends.
   *
   * @param secret As it has shown it, if it has.
   * @throws {AuthError} as `find`; `request_invalid` as `register`; `conflict` when somebody else has changed it meanwhile.
   */
  async replace(id: string, token: string, metadata: ClientMetadata, secret: string | undefined): Promise<void> {
    const { clients, algorithm } = this.#ground
    const client = await this.find(id, token)
    const { registration } = client
    if (registration === undefined) throw new AuthError('token_invalid', { client: id })
    if (secret !== undefined && !clients.hasSecret(client, secret)) {
      throw new AuthError('request_invalid', { pointer: '/client_secret', problem: 'is not its own' })
    }
    const { client: request, authMethod } = registrationRequest(metadata, registration.limits, algorithm())
    const { requiresDpop = false, requiresPush = false, requiresSigning = false, requiresCertificate = false } = request
    const bound = {
      ...request,
      requiresDpop: requiresDpop || client.requiresDpop,
      requiresPush: requiresPush || client.requiresPush,
      requiresSigning: requiresSigning || client.requiresSigning,
      requiresCertificate: requiresCertificate || client.requiresCertificate,
    }
    const change = { ...registration, authMethod, isVerified: false }
    const replaced = await actOf(byItself('updateRegistration', id), () => clients.replace(client, bound, change))
    if (replaced === undefined) throw new AuthError('conflict', { client: id })
  }

  /** What a client is told of itself, without its secrets. */
  shown(client: OAuthClient): Readonly<Record<string, unknown>> {
    return shownMetadata(client, this.#ground.algorithm())
  }

  /** It leaves, and all that it holds ends. @throws {AuthError} as `find`. */
  async remove(id: string, token: string): Promise<void> {
    const client = await this.find(id, token)
    await actOf(byItself('removeRegistration', id), () => this.#ground.clients.remove(client.id))
  }
}

const byItself = (operation: string, id: string): ActFacts => ({
  operation,
  actor: { kind: 'client', id },
  target: { kind: 'client', id },
  isQuiet: true,
})
