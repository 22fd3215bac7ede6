import { type Clock, type EpochMs, type EpochSeconds, newId, type Random, toEpochSeconds } from 'countersign/core'
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims, signJwsPromptly } from 'countersign/token'
import type { ScopeFacts } from '../credential/index.ts'
import type { SigningKeys } from '../signing/index.ts'
import type { AdapterGround } from './artifact-adapter.ts'
import { isOffline, keptUntil } from './artifact-payload.ts'
import { ID_TOKEN_SECONDS, tokenScopes } from './endpoint.ts'
import type { Artifact, PersonalToken, RefreshFacts } from './oauth-store.ts'
import type { OAuthClients } from './oauth-clients.ts'
import { personClaims, scopeClaims } from './person-claims.ts'
import { isOwnText, isPlainClient, type PlainRequest } from './plain-request.ts'
import { type PlainGrantPayload, plainGrant, type PlainRefreshPayload, plainRefresh, refreshSeconds } from './refresh-payload.ts'
import { TokenAnswer } from './token-answer.ts'
import { lateRefusal, settle } from './token-request.ts'

export interface PlainRefreshGround {
  readonly issuer: string
  /** Who may be named as `resource`. */
  readonly audience: readonly string[]
  readonly accessTokenSeconds: number
  readonly scopesFrom: (facts: ScopeFacts) => readonly string[]
  readonly artifacts: AdapterGround
  readonly clients: OAuthClients
  readonly keys: SigningKeys
  readonly clock: Clock
  readonly random: Random
}

/** A refresh that is to be granted. */
interface Refresh {
  readonly now: EpochMs
  readonly at: EpochSeconds
  readonly handedOut: string
  readonly facts: RefreshFacts
  readonly source: PlainRefreshPayload
  readonly grant: PlainGrantPayload
  /** As asked for now: all that the refresh token has, or a part. */
  readonly asked: readonly string[]
  /** What the access token gets of it. */
  readonly given: string
}

const MODEL = 'RefreshToken'
const GRANT = 'refresh_token'

const textsOf = (list: string | undefined): readonly string[] => (list === undefined ? [] : list.split(' '))

/**
 * The answer to the commonest question of applications (RFC 6749 section 6), without the protocol library, which asks the database six times
 * for what is read here at once. Says yes or nothing: whatever is not plainly to be granted (a token that is bound, used, or expired; a request
 * for single claims; a consent of which a part was taken back) is for the library to look at, and to refuse.
 */
export class PlainRefresh {
  readonly #ground: PlainRefreshGround

  constructor(ground: PlainRefreshGround) {
    this.#ground = ground
  }

  /**
   * What is read here is asked again where the token is used up, in one transaction with all that is handed out (`OAuthStore.redeem`).
   *
   * @returns undefined when it is not to be granted, or not plainly.
   */
  async answer(asked: PlainRequest): Promise<TokenAnswer | undefined> {
    const refresh = await this.#examine(asked)
    if (refresh === undefined) return undefined
    const { artifacts, keys, accessTokenSeconds } = this.#ground
    const key = keys.current('access-token')
    const claims = this.#claimsOf(refresh)
    const isAboutPerson = refresh.asked.includes('openid')
    const [accessToken, idToken] = await Promise.all([
      signJwsPromptly(ACCESS_TOKEN_TYPE, claims, key),
      isAboutPerson ? signJwsPromptly('JWT', this.#idClaimsOf(refresh), key) : undefined,
    ])
    const successor = artifacts.successors.of(refresh.handedOut)
    const isOurs = await settle(
      {
        redeemed: { model: MODEL, handedOut: refresh.handedOut },
        token: noted(refresh, claims),
        refreshToken: this.#successorOf(refresh, successor),
      },
      artifacts,
    )
    if (!isOurs) {
      const { body, status } = lateRefusal()
      return new TokenAnswer(body, status)
    }
    return new TokenAnswer({
      access_token: accessToken,
      expires_in: accessTokenSeconds,
      ...(idToken === undefined ? {} : { id_token: idToken }),
      refresh_token: successor,
      scope: refresh.given,
      token_type: 'Bearer',
    })
  }

  async #examine(asked: PlainRequest): Promise<Refresh | undefined> {
    const { artifacts, clients, clock } = this.#ground
    const { refresh_token: handedOut = '', scope, resource, ...others } = asked.parameters
    if (!isOwnText(handedOut) || Object.keys(others).length > 0) return undefined
    const now = clock.now()
    const facts = await artifacts.store.findRefresh(asked.client, artifacts.payloads.idOf(MODEL, handedOut), now)
    if (facts === undefined || !isPlainClient(facts.client, asked, clients) || !facts.client.grantTypes.includes(GRANT)) return undefined
    const source = plainRefresh(artifacts.payloads.open(MODEL, facts.payload, handedOut))
    const grant = plainGrant(JSON.parse(facts.grant.payload) as Record<string, unknown>) // as `GrantAdapter` wrote it
    if (source === undefined || grant === undefined || !isOfOne(facts, source, grant)) return undefined
    const at = toEpochSeconds(now)
    if (source.exp <= at || grant.exp <= at || (resource !== undefined && resource !== source.resource)) return undefined
    const had = textsOf(source.scope)
    const wanted = scope === undefined ? had : textsOf(scope)
    if (new Set(wanted).size !== wanted.length || !wanted.every((each) => had.includes(each))) return undefined
    const given = this.#givenTo(facts, grant, source.resource, wanted)
    return given === '' ? undefined : { now, at, handedOut, facts, source, grant, asked: wanted, given }
  }

  /** Of what the person has allowed, and is asked for, what a client may have in their name today. */
  #givenTo({ scopes }: RefreshFacts, grant: PlainGrantPayload, audience: string, asked: readonly string[]): string {
    const { audience: known, scopesFrom } = this.#ground
    if (!known.includes(audience)) return ''
    const may = new Set([...tokenScopes, ...scopesFrom(scopes)])
    return textsOf(grant.resources?.[audience])
      .filter((scope) => asked.includes(scope) && may.has(scope))
      .join(' ')
  }

  /** As `completeToken` makes it. `rev` was read with all else that the token tells of (DESIGN 4). */
  #claimsOf({ at, facts, source, given }: Refresh): AccessTokenClaims {
    const { random, accessTokenSeconds, issuer } = this.#ground
    return {
      jti: newId('jti', random),
      sub: source.accountId,
      iat: at,
      exp: at + accessTokenSeconds,
      scope: given,
      client_id: facts.client.id,
      iss: issuer,
      aud: source.resource,
      rev: facts.scopes.rev,
      ...(isOffline(source.scope) ? {} : { sid: source.sessionUid }),
      ...(source.authTime === undefined ? {} : { auth_time: source.authTime }),
      ...(source.amr === undefined ? {} : { amr: source.amr }),
      ...(source.acr === undefined ? {} : { acr: source.acr }),
    }
  }

  /** OpenID Connect Core section 12.2. */
  #idClaimsOf({ at, facts, source, grant, asked }: Refresh): object {
    const known = personClaims(facts.person)
    const allowed = textsOf(grant.openid?.scope).filter((scope) => asked.includes(scope))
    const shown = Object.entries(scopeClaims).flatMap(([scope, names]) => (allowed.includes(scope) ? names : []))
    return {
      ...Object.fromEntries(shown.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]]))),
      sub: source.accountId,
      ...(source.nonce === undefined ? {} : { nonce: source.nonce }),
      ...(source.sid === undefined ? {} : { sid: source.sid }),
      aud: facts.client.id,
      exp: at + ID_TOKEN_SECONDS,
      iat: at,
      iss: this.#ground.issuer,
    }
  }

  #successorOf({ now, at, facts, source }: Refresh, handedOut: string): Artifact {
    const { payloads } = this.#ground.artifacts
    const seconds = refreshSeconds(at - source.iiat)
    const payload: PlainRefreshPayload = {
      ...source,
      gty: source.gty.endsWith(GRANT) ? source.gty : `${source.gty} ${GRANT}`,
      iat: at,
      exp: at + seconds,
      rotations: (source.rotations ?? 0) + 1,
    }
    return {
      model: MODEL,
      id: payloads.idOf(MODEL, handedOut),
      payload: payloads.close(MODEL, { ...payload }),
      grant: source.grantId,
      user: source.accountId,
      client: facts.client.id,
      session: isOffline(source.scope) ? undefined : source.sessionUid,
      userCode: undefined,
      expiresAt: keptUntil(now, seconds),
    }
  }
}

/** The refresh token, the consent and the rows that they were found by tell of one person, one client and one consent. */
function isOfOne({ client, person, grant: row }: RefreshFacts, source: PlainRefreshPayload, grant: PlainGrantPayload): boolean {
  const clients = [source.clientId, grant.clientId]
  const people = [source.accountId, grant.accountId]
  return source.grantId === row.id && clients.every((id) => id === client.id) && people.every((id) => id === person.id)
}

/** What its consent, and its session, are to end with it. */
const noted = ({ now, facts, source }: Refresh, { jti, exp }: AccessTokenClaims): PersonalToken => ({
  jti,
  client: facts.client.id,
  person: {
    user: source.accountId,
    grant: source.grantId,
    session: isOffline(source.scope) ? undefined : source.sessionUid,
    signedIn: source.sessionUid,
  },
  expiresAt: exp * 1000,
  at: now,
})
