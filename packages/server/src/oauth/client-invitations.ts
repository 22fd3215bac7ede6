import { AuthError, type EpochMs, newId, newSecret, parseSecret, type Platform } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { actOn } from '../audit/index.ts'
import type { ClientInvitation, ClientInvitationStore } from './client-invitation-store.ts'
import { scopeToken } from './client-settings.ts'
import type { ClientKind, GrantType, RegistrationLimits } from './oauth-client.ts'

export interface InvitationRequest {
  /** How many clients may register. Default: one. */
  readonly uses?: number | undefined
  /** Default: in a week. */
  readonly expiresAt?: EpochMs | undefined
  /** Default: confidential clients. */
  readonly kinds?: readonly ClientKind[] | undefined
  /** Default: what people are asked for. */
  readonly grantTypes?: readonly GrantType[] | undefined
  /** Beside those of OpenID Connect. Default: none. */
  readonly scopes?: readonly string[] | undefined
}

export interface IssuedInvitation {
  readonly invitation: ClientInvitation
  /** `cs_iat_…`: shown once, kept as a hash. */
  readonly token: string
}

/** Why it was refused, where it was made by nobody, or taken back. */
export const UNKNOWN_TOKEN = 'unknown_token'

const TOKEN_PREFIX = 'cs_iat'
const DAY_MS = 86_400_000
const DEFAULT_LIFE_MS = 7 * DAY_MS
const LONGEST_LIFE_MS = 366 * DAY_MS
const MAXIMUM_USES = 10_000
const MAXIMUM_SCOPES = 100

const invalid = (pointer: string, problem: string): AuthError => new AuthError('request_invalid', { pointer, problem })

/** What lets clients register by themselves, within limits. There is no other way: whoever shows none registers nothing. */
export class ClientInvitations {
  readonly #store: ClientInvitationStore
  readonly #platform: Platform

  constructor(options: { readonly store: ClientInvitationStore; readonly platform: Platform }) {
    this.#store = options.store
    this.#platform = options.platform
  }

  /** @throws {AuthError} `request_invalid`. */
  async create(request: InvitationRequest): Promise<IssuedInvitation> {
    const { clock, random } = this.#platform
    const createdAt = clock.now()
    const { uses = 1, expiresAt = createdAt + DEFAULT_LIFE_MS } = request
    if (!Number.isInteger(uses) || uses < 1 || uses > MAXIMUM_USES) throw invalid('/uses', `must be 1 to ${MAXIMUM_USES}`)
    if (expiresAt <= createdAt || expiresAt > createdAt + LONGEST_LIFE_MS)
      throw invalid('/expires_at', 'must be in the future, within a year')
    const token = newSecret(TOKEN_PREFIX, random)
    const facts = { id: newId('inv', random), tokenHash: sha256Base64url(token), limits: limitsOf(request) }
    const invitation = { ...facts, usesLeft: uses, createdAt, expiresAt }
    actOn('client_invitation', facts.id)
    await this.#store.add(invitation)
    return { invitation, token }
  }

  /** @throws {AuthError} `token_invalid` for what is unknown, expired, used up or taken back; `credential_malformed` for what never was one. */
  async authenticate(token: string): Promise<ClientInvitation> {
    parseSecret(TOKEN_PREFIX, token)
    const invitation = await this.#store.findByToken(sha256Base64url(token))
    if (invitation === undefined) throw new AuthError('token_invalid', { reason: UNKNOWN_TOKEN })
    const isOver = invitation.usesLeft < 1 || invitation.expiresAt <= this.#platform.clock.now()
    if (isOver) throw new AuthError('token_invalid', { reason: 'invitation_over', invitation: invitation.id })
    return invitation
  }

  list(): Promise<readonly ClientInvitation[]> {
    return this.#store.list()
  }

  /** Nobody else registers with it. Who has, stays. @throws {AuthError} `not_found`. */
  async remove(id: string): Promise<void> {
    if (!(await this.#store.remove(id))) throw new AuthError('not_found', { invitation: id })
  }

  /** Removes what has expired a month ago. @returns how many. */
  sweep(limit: number): Promise<number> {
    return this.#store.sweep(this.#platform.clock.now() - 30 * DAY_MS, limit)
  }
}

function limitsOf(request: InvitationRequest): RegistrationLimits {
  const { kinds = ['confidential'], grantTypes = ['authorization_code', 'refresh_token'], scopes = [] } = request
  if (kinds.length === 0) throw invalid('/kinds', 'must not be empty')
  if (grantTypes.length === 0) throw invalid('/grant_types', 'must not be empty')
  if (scopes.length > MAXIMUM_SCOPES || !scopes.every((scope) => scopeToken.test(scope))) throw invalid('/scopes', 'must be scopes')
  return { kinds: [...new Set(kinds)], grantTypes: [...new Set(grantTypes)], scopes: [...new Set(scopes)] }
}
