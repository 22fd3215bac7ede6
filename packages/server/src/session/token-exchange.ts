import { AuthError, newId, type Platform, toEpochSeconds } from 'countersign/core'
import { type AccessTokenClaims, MAX_EXCHANGES, newIdInPlace, type TokenOrigin } from 'countersign/token'
import type { AccessTokenIssuer, IssuedAccessToken } from './access-token-issuer.ts'
import type { InspectedToken } from './token-inspection.ts'

/** Who may exchange the tokens of users, for whom, and for how much. */
export interface TokenExchangeRule {
  /** A service (`svc_…`), or an access key. */
  readonly client: string
  /** For whom the new tokens may be. */
  readonly audience: readonly string[]
  /** All that they may have of what the user's token has; undefined: all of it. */
  readonly scope: readonly string[] | undefined
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  /** Whose tokens may be exchanged: one of these has to be their audience. Undefined: the server's own. */
  readonly subjectAudience: readonly string[] | undefined
}

/** The part of a request that RFC 8693 section 2.1 leaves to the client. */
export interface TokenExchangeRequest {
  readonly subjectToken: string
  /** Who asks, authenticated. */
  readonly actor: string
  readonly audience: string | undefined
  readonly scope: readonly string[] | undefined
  /** The key that the new token is bound to, by its thumbprint (RFC 9449), where it was proved to be there. */
  readonly dpopKey: string | undefined
}

export interface ExchangedToken extends IssuedAccessToken {
  readonly scope: readonly string[]
  readonly audience: string
  readonly subject: string
}

/** What is wrong with an exchange, in the words of RFC 8693 section 2.2.2. */
export class ExchangeRefused extends AuthError {
  readonly error: 'invalid_request' | 'invalid_target' | 'invalid_scope' | 'unauthorized_client'

  constructor(error: ExchangeRefused['error'], pointer: string, problem: string) {
    super('request_invalid', { pointer, problem, error })
    this.error = error
  }
}

export interface TokenExchangeOptions {
  readonly rules: readonly TokenExchangeRule[]
  /** The server's own. */
  readonly audience: readonly string[]
  readonly inspection: { inspect(token: string): Promise<InspectedToken | undefined> }
  readonly issuer: Pick<AccessTokenIssuer, 'issueExchanged'>
  readonly platform: Pick<Platform, 'clock' | 'random'>
}

/**
 * Exchanges the access token of a user for one that a service shows to the next (RFC 8693): for another audience, with no more than the first one had, and
 * with the service's name in it. The new token has seen no more of the log than the first, lives no longer, and ends with it: with its session, its user,
 * its client, its roles, its key, and with it alone.
 */
export class TokenExchange {
  readonly #options: TokenExchangeOptions

  constructor(options: TokenExchangeOptions) {
    this.#options = options
  }

  /** @throws {ExchangeRefused}; {AuthError} `revocation_unknown` as `TokenInspection`. */
  async exchange({ subjectToken, actor, audience: wanted, scope, dpopKey }: TokenExchangeRequest): Promise<ExchangedToken> {
    const rules = this.#options.rules.filter(({ client }) => client === actor)
    if (rules.length === 0) throw new ExchangeRefused('unauthorized_client', '', 'this client exchanges no tokens')
    const rule = rules.find((each) => wanted !== undefined && each.audience.includes(wanted))
    if (wanted === undefined || rule === undefined)
      throw new ExchangeRefused('invalid_target', '/audience', 'must be one that this client may ask for')
    const { claims, keyId } = await this.#subject(subjectToken, rule)
    const had = claims.scope?.split(' ').filter((name) => name !== '') ?? []
    const allowed = rule.scope === undefined ? had : had.filter((name) => rule.scope?.includes(name))
    if (scope?.some((name) => !allowed.includes(name)) === true) {
      throw new ExchangeRefused('invalid_scope', '/scope', 'must be within that of the token, and what this client may ask for')
    }
    const granted = scope ?? allowed
    const narrowed = this.#claims({ claims, keyId }, { actor, rule, audience: wanted, scope: granted, dpopKey })
    return { ...(await this.#options.issuer.issueExchanged(narrowed)), scope: granted, audience: wanted, subject: claims.sub }
  }

  /** All that is wrong with it looks the same: it is none that this client may exchange. */
  async #subject(token: string, { subjectAudience }: TokenExchangeRule): Promise<Subject> {
    const { inspection, audience } = this.#options
    const inspected = await inspection.inspect(token)
    const refused = (): ExchangeRefused =>
      new ExchangeRefused(
        'invalid_request',
        '/subject_token',
        'must be an access token of a user that is alive and may be exchanged by this client',
      )
    if (inspected?.kind !== 'access') throw refused()
    const { claims } = inspected
    const names: readonly string[] = typeof claims.aud === 'string' ? [claims.aud] : claims.aud
    const isForRule = (subjectAudience ?? audience).some((each) => names.includes(each))
    // RFC 9068 section 2.2: whoever acts for itself is its own subject, and no user whom somebody could act for.
    if (!isForRule || claims.sub === claims.client_id || (claims.origin?.length ?? 0) >= MAX_EXCHANGES) throw refused()
    return inspected
  }

  #claims({ claims, keyId }: Pick<Subject, 'claims' | 'keyId'>, wish: Wish): AccessTokenClaims {
    const { actor, rule, audience, scope, dpopKey } = wish
    const { clock, random } = this.#options.platform
    const { iss, sub, sid, rev, auth_time, amr, acr, status, act, origin = [] } = claims
    const roles = claims.roles?.filter((role) => rule.roles.includes(role)) ?? []
    const groups = claims.groups?.filter((group) => rule.groups.includes(group)) ?? []
    const iat = toEpochSeconds(clock.now())
    const place = placeOf(status)
    return {
      iss,
      sub,
      aud: audience,
      client_id: actor,
      iat,
      // The issuer lets none live longer than others.
      exp: claims.exp,
      jti: place === undefined ? newId('jti', random) : newIdInPlace('jti', place, random),
      act: { sub: actor, ...(act === undefined ? {} : { act }) },
      origin: [originOf(claims, keyId), ...origin],
      ...(sid === undefined ? {} : { sid }),
      ...(rev === undefined ? {} : { rev }),
      ...(scope.length === 0 ? {} : { scope: scope.join(' ') }),
      ...(roles.length === 0 ? {} : { roles }),
      ...(groups.length === 0 ? {} : { groups }),
      ...(auth_time === undefined ? {} : { auth_time }),
      ...(amr === undefined ? {} : { amr }),
      ...(acr === undefined ? {} : { acr }),
      ...(dpopKey === undefined ? {} : { cnf: { jkt: dpopKey } }),
      ...(status === undefined ? {} : { status }),
    }
  }
}

type Subject = Extract<InspectedToken, { kind: 'access' }>

interface Wish {
  readonly actor: string
  readonly rule: TokenExchangeRule
  readonly audience: string
  readonly scope: readonly string[]
  readonly dpopKey: string | undefined
}

const originOf = ({ jti, client_id, roles, groups }: AccessTokenClaims, kid: string): TokenOrigin => ({
  jti,
  client_id,
  kid,
  ...(roles === undefined ? {} : { roles }),
  ...(groups === undefined ? {} : { groups }),
})

/** Where the first token stands in its status list: there the new one stands, too. */
function placeOf(status: AccessTokenClaims['status']): number | undefined {
  const { status_list: reference } = (status ?? {}) as { readonly status_list?: { readonly idx?: unknown } } // as our own issuer writes it
  return typeof reference?.idx === 'number' ? reference.idx : undefined
}
