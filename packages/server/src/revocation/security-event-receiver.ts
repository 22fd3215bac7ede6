import { AuthError, parseBase64urlJsonObject, type Platform, toEpochSeconds } from 'countersign/core'
import type { JwsAlgorithm } from 'countersign/crypto'
import { sha256Base64url } from 'countersign/crypto'
import { RemoteJwks } from 'countersign/feed'
import { keySet } from 'countersign/key'
import type { ReplayStore } from 'countersign/replay'
import { type SecurityEventClaims, verifySecurityEventToken } from 'countersign/token'
import type { Revocations } from './revocations.ts'
import { endingsOf, type ForeignEnding, targetOf } from './security-event-subject.ts'

/** Who may tell us of security events. */
export interface SecurityEventTransmitter {
  readonly issuer: string
  /** What we are called in `aud`. */
  readonly audience: string
  /** Default: as its discovery document says. */
  readonly jwksUri: string | undefined
  readonly algorithms: readonly JwsAlgorithm[]
}

export interface SecurityEventReceiverOptions {
  readonly transmitters: readonly SecurityEventTransmitter[]
  readonly revocations: Pick<Revocations, 'revoke'>
  /** Ends what rests here on a sign-in at that issuer. Done when it returns, and as often as it is asked. */
  readonly endSignIns: (ending: ForeignEnding) => Promise<void>
  /** Shared by all servers. */
  readonly replay: ReplayStore
  readonly platform: Platform
}

/** RFC 8935 section 2.4. */
export type SecurityEventErrorCode = 'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience' | 'authentication_failed'

/** What the transmitter is told when its token is not accepted. It need not send it again. */
export class SecurityEventError extends Error {
  readonly code: SecurityEventErrorCode

  constructor(code: SecurityEventErrorCode, options?: ErrorOptions) {
    super(code, options)
    this.name = 'SecurityEventError'
    this.code = code
  }
}

const JWKS_MAX_AGE_MS = 3_600_000
const MAX_LENGTH = 65_536
/** An event that is told a week late ends what has ended long ago; one that is older is a copy that somebody kept. */
const MAX_AGE_SECONDS = 604_800
const MAX_REMEMBERED = 10_000
const CLAIM_SCOPE = 'security-event'
/** A token that is sent for the so many-th time is acted upon once more: no claim of ours may be a way not to hear of an event. */
const MAX_TURNS = 32
/** The clock of one server may be behind that of another. */
const CLOCK_MARGIN_SECONDS = 600
const noKeys = keySet([])

type Named = Parameters<Revocations['revoke']>[0]['target']

/**
 * Turns the security events of other issuers (CAEP, RISC) into revocations of what those issuers have named: of their tokens, and of the sessions
 * of whoever has signed in here by them.
 */
export class SecurityEventReceiver {
  readonly #options: SecurityEventReceiverOptions
  readonly #sources: ReadonlyMap<string, { readonly transmitter: SecurityEventTransmitter; readonly keys: RemoteJwks }>
  /** Tokens that were acted upon, as far as this process remembers: it need not ask the store about them. */
  readonly #done = new Set<string>()

  constructor(options: SecurityEventReceiverOptions) {
    const { transmitters, platform } = options
    this.#options = options
    this.#sources = new Map(
      transmitters.map((transmitter) => {
        const { issuer, jwksUri } = transmitter
        return [issuer, { transmitter, keys: new RemoteJwks({ issuer, jwksUri, platform, maxAgeMs: JWKS_MAX_AGE_MS }) }]
      }),
    )
  }

  /**
   * Verifies a token and does what it says. When this returns, that is stored durably.
   *
   * @throws {SecurityEventError} The token is not accepted. @throws {AuthError} `unavailable`: it must be sent again.
   */
  async receive(compact: string): Promise<void> {
    const claims = await this.#authenticate(compact)
    const name = JSON.stringify([claims.iss, claims.jti])
    if (this.#done.has(name)) return
    const endings = endingsOf(claims)
    if (endings === undefined) throw new SecurityEventError('invalid_request')
    await this.#once(claims, () => this.#endAll(endings))
    this.#done.add(name)
    const [oldest] = this.#done
    if (this.#done.size > MAX_REMEMBERED && oldest !== undefined) this.#done.delete(oldest)
  }

  /**
   * Acts at least once, and not again once that has been done, whichever server did it. A claim alone could not do that: who claims and is
   * killed before he has acted would leave an event that nobody acts upon. So each time that a token comes is a turn, and a turn is settled
   * once: by itself, when what the token says is done, or by the next one, which then takes it for broken off and acts.
   */
  async #once({ iss, jti, iat }: SecurityEventClaims, act: () => Promise<void>): Promise<void> {
    const { replay } = this.#options
    const id = sha256Base64url(JSON.stringify([iss, jti]))
    const expiresAt = (iat + MAX_AGE_SECONDS + CLOCK_MARGIN_SECONDS) * 1000
    const claim = (what: string): Promise<boolean> => replay.claim(CLAIM_SCOPE, `${id} ${what}`, expiresAt)
    let turn = 0
    while (turn < MAX_TURNS && !(await claim(`begun ${turn}`))) turn++
    const isDone = turn > 0 && turn < MAX_TURNS && !(await claim(`settled ${turn - 1}`))
    if (!isDone) await act()
    await claim(`settled ${turn}`)
  }

  async #endAll(endings: readonly ForeignEnding[]): Promise<void> {
    for (const ending of endings) {
      await this.#revoke(targetOf(ending))
      if (ending.endsSignIn) await this.#options.endSignIns(ending)
    }
  }

  async #revoke(target: Named): Promise<void> {
    try {
      await this.#options.revocations.revoke({ target, reason: 'security event of another issuer' })
    } catch (error) {
      // A name that no token that we accept can have.
      if (error instanceof AuthError && error.code === 'request_invalid') throw new SecurityEventError('invalid_request', { cause: error })
      throw error
    }
  }

  async #authenticate(compact: string): Promise<SecurityEventClaims> {
    const source = compact.length > MAX_LENGTH ? undefined : this.#sources.get(claimedIssuer(compact))
    if (source === undefined) throw new SecurityEventError('invalid_issuer')
    const verify = (): SecurityEventClaims => this.#verify(compact, source.transmitter, source.keys)
    try {
      return verify()
    } catch (error) {
      const { reason, kid } = error instanceof AuthError ? error.detail : {}
      if (reason !== 'unknown_key') throw refusalOf(error)
      const lookUp = await source.keys.lookUp(String(kid))
      if (lookUp === 'absent') throw new SecurityEventError('invalid_key', { cause: error })
      if (lookUp !== 'found') throw new AuthError('unavailable', { reason: 'unknown_key', kid: String(kid) })
    }
    try {
      return verify()
    } catch (error) {
      throw refusalOf(error)
    }
  }

  #verify(compact: string, { issuer, audience, algorithms }: SecurityEventTransmitter, keys: RemoteJwks): SecurityEventClaims {
    const now = toEpochSeconds(this.#options.platform.clock.now())
    const claims = verifySecurityEventToken(compact, keys.current() ?? noKeys, { issuer, audience, algorithms, now })
    if (claims.iat < now - MAX_AGE_SECONDS) throw new AuthError('token_invalid', { reason: 'too_old' })
    return claims
  }
}

/** Nothing is believed of it yet: it only says by whose keys the token is to be verified. */
function claimedIssuer(compact: string): string {
  const [, payload = ''] = compact.split('.', 2)
  try {
    return String(parseBase64urlJsonObject(payload)['iss'])
  } catch (cause) {
    throw new SecurityEventError('invalid_request', { cause })
  }
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof AuthError)) return error
  const { reason, claim } = error.detail
  if (claim === 'aud') return new SecurityEventError('invalid_audience', { cause: error })
  return new SecurityEventError(reason === 'signature' ? 'authentication_failed' : 'invalid_request', { cause: error })
}
