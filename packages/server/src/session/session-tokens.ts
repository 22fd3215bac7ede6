import type { AccessTokenIssuer } from './access-token-issuer.ts'
import type { RefreshTokens } from './refresh-token.ts'
import type { Session } from './session.ts'
import type { Issuance, TokenSubject } from './session-store.ts'

/** The one answer to a sign-in and to a refresh (C01). */
export interface SignedIn {
  readonly accessToken: string
  readonly expiresInSeconds: number
  readonly refreshToken: string
  readonly session: Session
  readonly subject: TokenSubject
  /** After a sign-in: what the device shows with the next one. */
  readonly deviceToken?: string
}

/** Turns what a transaction saw into the tokens that the client gets. */
export class SessionTokens {
  readonly #access: AccessTokenIssuer
  readonly #refresh: RefreshTokens

  constructor(access: AccessTokenIssuer, refresh: RefreshTokens) {
    this.#access = access
    this.#refresh = refresh
  }

  get refreshTokens(): RefreshTokens {
    return this.#refresh
  }

  async of(issuance: Issuance): Promise<SignedIn> {
    const refreshToken = this.#refresh.currentOf(issuance.session)
    const { roles, ...issued } = await this.#access.issue(issuance)
    return { ...issued, refreshToken, session: issuance.session, subject: { ...issuance.subject, roles } }
  }
}
