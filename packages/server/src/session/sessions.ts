import type { EpochMs, Platform, RefusalCode } from 'countersign/core'
import { AuthError, encodeBase64url } from 'countersign/core'
import { equalText, sha256Base64url } from 'countersign/crypto'
import { DpopError, newIdForUser } from 'countersign/token'
import { actOf, nameAct } from '../audit/index.ts'
import type { NewJob } from '../delivery/index.ts'
import type { Authentication, Authenticator } from './authenticator.ts'
import { isSameDevice } from './browser-family.ts'
import type { KnownDevices } from './known-devices.ts'
import type { PresentedRefreshToken } from './refresh-token.ts'
import { parseRefreshToken } from './refresh-token.ts'
import type { FactorProof, SecondFactors } from './second-factor.ts'
import type { Device, Session } from './session.ts'
import type { SessionEventSink } from './session-event.ts'
import type { SessionLimits } from './session-limit.ts'
import type { SessionPolicy } from './session-policy.ts'
import { sessionPolicy } from './session-policy.ts'
import type { Issuance, SessionStore } from './session-store.ts'
import type { SessionTokens, SignedIn } from './session-tokens.ts'
import type { DeviceMarks, SignInGuard } from './sign-in-guard.ts'

export interface SessionsOptions {
  readonly store: SessionStore
  readonly authenticator: Authenticator
  readonly factors: SecondFactors
  readonly tokens: SessionTokens
  readonly guard: SignInGuard
  readonly devices: DeviceMarks
  /** Left out, no device is new. */
  readonly knownDevices?: KnownDevices
  /** Left out, every session may live as long as the policy says. */
  readonly limits?: SessionLimits
  readonly platform: Platform
  readonly policy?: Partial<SessionPolicy>
  /** Told after the commit. Must not throw. */
  readonly onEvent?: SessionEventSink
  /** Told how each exchange of a refresh token ended; `repeated`: in the same successor once more. Must not throw. */
  readonly onRefresh?: (outcome: 'rotated' | 'repeated' | RefusalCode) => void
  /** What others are told of a new session: committed with it. */
  readonly announce?: (session: Session) => readonly NewJob[]
}

export interface SessionRequest {
  readonly device: Device
  /** `client_id` of the tokens. Default `first-party`. */
  readonly client?: string
  /** The thumbprint of the key that the client has proved to hold (RFC 9449): the session is bound to it. */
  readonly dpopKey?: string | undefined
  /** What the account may want beside the password. */
  readonly factor?: FactorProof | undefined
  /** What an earlier sign-in has left on the device. */
  readonly deviceToken?: string | undefined
}

export interface SignInRequest extends SessionRequest {
  readonly email: string
  readonly password: string
}

export interface RefreshRequest {
  readonly refreshToken: string
  /** Of the presenter. */
  readonly device: Device
  /** A fresh random value that the client keeps beside the token before it asks, and repeats when it asks again. */
  readonly idempotencyKey?: string
  /** As in `SessionRequest`. */
  readonly dpopKey?: string | undefined
}

const FIRST_PARTY = 'first-party'
/** A presented token is judged again when the session moved under it; one that moves this often is refused. */
const MAXIMUM_JUDGEMENTS = 4

interface Exchanged {
  readonly signedIn: SignedIn
  readonly outcome: 'rotated' | 'repeated'
}

/** Sign-in, refresh and sign-out: the state machine of DESIGN 6. */
export class Sessions {
  readonly #store: SessionStore
  readonly #authenticator: Authenticator
  readonly #factors: SecondFactors
  readonly #tokens: SessionTokens
  readonly #guard: SignInGuard
  readonly #devices: DeviceMarks
  readonly #knownDevices: KnownDevices | undefined
  readonly #limits: SessionLimits | undefined
  readonly #platform: Platform
  readonly #policy: SessionPolicy
  readonly #onEvent: SessionEventSink
  readonly #onRefresh: NonNullable<SessionsOptions['onRefresh']>
  readonly #announce: (session: Session) => readonly NewJob[]

  constructor(options: SessionsOptions) {
    this.#store = options.store
    this.#authenticator = options.authenticator
    this.#factors = options.factors
    this.#tokens = options.tokens
    this.#guard = options.guard
    this.#devices = options.devices
    this.#knownDevices = options.knownDevices
    this.#limits = options.limits
    this.#platform = options.platform
    this.#policy = sessionPolicy(options.policy)
    this.#onEvent = options.onEvent ?? (() => {})
    this.#onRefresh = options.onRefresh ?? (() => {})
    this.#announce = options.announce ?? (() => [])
  }

  /**
   * Checks e-mail and password and opens a session.
   *
   * @throws {AuthError} `credentials_invalid` alike for an unknown, wrong, suspended or meanwhile changed account, and a wrong second
   * factor; `factor_required` when the account wants one; `rate_limited` after too many wrong attempts, before the password is looked at;
   * `overloaded` when too many wait for their password check.
   */
  async signIn({ email, password, ...request }: SignInRequest): Promise<SignedIn> {
    const attempt = { account: email, address: request.device.address, deviceToken: request.deviceToken }
    // A flood of sign-ins is not to become a flood of counts.
    this.#authenticator.requireRoom()
    return this.#guard.guard(attempt, async () => this.open(await this.#authenticator.authenticate(email, password), request))
  }

  /**
   * Opens a session for whoever was authenticated, in whatever way, once the second factor was shown that the account wants. Does not bound
   * how often one is guessed: whoever calls it does so within `SignInGuard.guard`.
   *
   * @throws {AuthError} `factor_required`; `credentials_invalid` for a wrong second factor, and for an account that was suspended, or
   * got another password or second factor, meanwhile.
   */
  async open(
    authentication: Authentication,
    { device, client = FIRST_PARTY, dpopKey, factor, deviceToken }: SessionRequest,
  ): Promise<SignedIn> {
    const { user, passwordGeneration, link, upstream, authenticatedAt } = authentication
    // Read after the generation that was authenticated: should it change from here on, the store refuses to open.
    const second = authentication.isMultiFactor ? [] : await this.#factors.prove(user, factor)
    const amr = [...authentication.amr, ...second]
    const latestEnd = (await this.#limits?.limitOf(user)) ?? Number.POSITIVE_INFINITY
    const session = {
      ...this.#newSession(user, client, device, amr, latestEnd),
      dpopKey,
      ...(authenticatedAt === undefined ? {} : { authenticatedAt }),
    }
    const isNewDevice = (await this.#knownDevices?.isNew(authentication, device, deviceToken)) ?? false
    const jobs = [...(isNewDevice ? (this.#knownDevices?.noticesOf(session) ?? []) : []), ...this.#announce(session)]
    nameAct({ actor: { kind: 'user', id: user, session: session.id }, target: { kind: 'session', id: session.id }, methods: amr })
    const issuance = await this.#store.open({ session, passwordGeneration, single: this.#policy.single, jobs, link, upstream })
    if (issuance === 'refused') throw new AuthError('credentials_invalid', { reason: 'changed_meanwhile', user })
    this.#onEvent({ type: 'signed_in', session: session.id, user, client, device, isNewDevice, at: session.createdAt })
    await this.#knownDevices?.note(session)
    return { ...(await this.#tokens.of(issuance)), deviceToken: this.#devices.issue(authentication, deviceToken) }
  }

  /**
   * Exchanges a refresh token for its successor and a new access token. A repeated exchange yields the same successor
   * while it can only be a retry; later than that it is theft and ends the session.
   *
   * @throws {AuthError} `refresh_invalid` for a token that was never issued or whose session has ended (nothing
   * changes); `refresh_reused` when the session was ended because of this call; `proof_invalid` for the token of a session that is bound to
   * a key, without a proof of that key: whoever has the token alone can neither use it nor end the session.
   */
  async refresh(request: RefreshRequest): Promise<SignedIn> {
    try {
      const { signedIn, outcome } = await this.#exchange(request)
      this.#onRefresh(outcome)
      return signedIn
    } catch (error) {
      this.#onRefresh(error instanceof AuthError ? error.code : 'internal')
      throw error
    }
  }

  async #exchange(request: RefreshRequest): Promise<Exchanged> {
    const presented = parseRefreshToken(request.refreshToken)
    let session = await this.#store.find(presented.session)
    for (let judgement = 0; judgement < MAXIMUM_JUDGEMENTS; judgement++) {
      this.#requireAuthentic(presented, session)
      requireKey(session, request.dpopKey)
      if (presented.generation === session.generation) {
        const issuance = await this.#rotate(session, request.idempotencyKey)
        if (issuance !== 'lost') return { signedIn: await this.#tokens.of(issuance), outcome: 'rotated' }
        session = await this.#store.find(session.id)
        continue
      }
      if (!this.#isRetry(presented, session, request)) return await this.#endStolen(presented, session, request.device)
      const issuance: Issuance | undefined = await this.#store.issuance(session.id)
      if (issuance?.session.generation === session.generation) {
        return { signedIn: await this.#tokens.of(issuance), outcome: 'repeated' }
      }
      // Rotated once more, or ended, since it was read.
      session = issuance?.session
    }
    throw new AuthError('refresh_invalid', { reason: 'moved', session: presented.session })
  }

  /** A living session. */
  async find(id: string): Promise<Session | undefined> {
    const session = await this.#store.find(id)
    return session !== undefined && this.#isLiving(session) ? session : undefined
  }

  /**
   * The living session behind a refresh token of whatever generation. Changes nothing: an old token is no theft here.
   *
   * @throws {AuthError} `refresh_invalid` for a token that was never issued or whose session has ended.
   */
  async findByRefreshToken(refreshToken: string): Promise<{ readonly session: Session; readonly isCurrent: boolean }> {
    const presented = parseRefreshToken(refreshToken)
    const session = await this.#store.find(presented.session)
    this.#requireAuthentic(presented, session)
    return { session, isCurrent: presented.generation === session.generation }
  }

  /** Living sessions, newest first. */
  list(user: string): Promise<readonly Session[]> {
    return this.#store.list(user, this.#platform.clock.now())
  }

  /**
   * Ends one session, hard. With `owner`, only if it is theirs: someone else's looks like one that does not exist.
   *
   * @throws {AuthError} `not_found` when there is none (any more).
   */
  async end(id: string, owner?: string): Promise<void> {
    const session = await this.#store.find(id)
    const mayEnd = session !== undefined && (owner === undefined || session.user === owner)
    const at = this.#platform.clock.now()
    if (!mayEnd || !(await this.#store.end(id, at))) throw new AuthError('not_found', { session: id })
    this.#onEvent({ type: 'ended', session: id, user: session.user, at })
  }

  /** Ends all of a user's sessions but one. @returns the ids that ended. */
  endOthers(user: string, except: string): Promise<readonly string[]> {
    return this.#endAll(user, except)
  }

  /** Ends all of a user's sessions. @returns the ids that ended. */
  endAll(user: string): Promise<readonly string[]> {
    return this.#endAll(user, undefined)
  }

  /** Removes what has expired, in small pieces. @returns how many rows went. */
  sweep(limit: number = 1000): Promise<number> {
    return this.#store.sweep(this.#platform.clock.now(), limit)
  }

  async #endAll(user: string, except: string | undefined): Promise<readonly string[]> {
    const at = this.#platform.clock.now()
    const ended = await this.#store.endAll(user, except, at)
    for (const session of ended) this.#onEvent({ type: 'ended', session, user, at })
    return ended
  }

  #newSession(user: string, client: string, device: Device, amr: readonly string[], latestEnd: EpochMs): Omit<Session, 'dpopKey'> {
    const { clock, random } = this.#platform
    const now = clock.now()
    const expiresAt = Math.min(now + this.#policy.absoluteLimitSeconds * 1000, latestEnd)
    return {
      id: newIdForUser('ses', user, random),
      user,
      client,
      device,
      createdAt: now,
      authenticatedAt: now,
      amr,
      generation: 1,
      rotatedAt: now,
      rotatedBy: undefined,
      salt: encodeBase64url(random.bytes(16)),
      keyId: this.#tokens.refreshTokens.newestKeyId,
      expiresAt,
      idleExpiresAt: this.#idleEnd(now, expiresAt),
    }
  }

  #rotate(session: Session, idempotencyKey: string | undefined): Promise<Issuance | 'lost'> {
    const at = this.#platform.clock.now()
    return this.#store.rotate({
      id: session.id,
      fromGeneration: session.generation,
      keyId: this.#tokens.refreshTokens.newestKeyId,
      rotatedBy: idempotencyKey === undefined ? undefined : sha256Base64url(idempotencyKey),
      idleExpiresAt: this.#idleEnd(at, session.expiresAt),
      at,
    })
  }

  /** Issued by us, not in the future, session alive: only then is there anything to decide, or to end. */
  #requireAuthentic(presented: PresentedRefreshToken, session: Session | undefined): asserts session is Session {
    const detail = { session: presented.session, generation: presented.generation }
    if (session === undefined) throw new AuthError('refresh_invalid', { reason: 'no_session', ...detail })
    if (!this.#tokens.refreshTokens.isAuthentic(presented, session)) throw new AuthError('refresh_invalid', { reason: 'forged', ...detail })
    if (presented.generation > session.generation) throw new AuthError('refresh_invalid', { reason: 'never_issued', ...detail })
    if (!this.#isLiving(session)) throw new AuthError('refresh_invalid', { reason: 'expired', ...detail })
  }

  /** May the token before the current one have been sent again by its owner, who did not get the answer? */
  #isRetry(presented: PresentedRefreshToken, session: Session, request: RefreshRequest): boolean {
    if (presented.generation !== session.generation - 1) return false
    // A step of the wall clock, back or forth, ends the overlap rather than stretching it.
    const sinceRotationMs = Math.abs(this.#platform.clock.now() - session.rotatedAt)
    if (sinceRotationMs <= this.#policy.overlapSeconds * 1000 && isSameDevice(session.device, request.device)) return true
    // Whoever has the key that the session is bound to is its owner, whose answer was lost while the device slept.
    if (session.dpopKey !== undefined) return true
    const { idempotencyKey } = request
    if (idempotencyKey === undefined || session.rotatedBy === undefined) return false
    return equalText(sha256Base64url(idempotencyKey), session.rotatedBy)
  }

  async #endStolen(presented: PresentedRefreshToken, session: Session, device: Device): Promise<never> {
    const at = this.#platform.clock.now()
    const { generation } = presented
    const stolen = {
      operation: 'endStolenSession',
      actor: { kind: 'server' },
      target: { kind: 'session', id: session.id },
      isSerial: true,
    } as const
    const ended = await actOf(stolen, () => this.#store.end(session.id, at, true))
    // Of several who detect it at once, one has ended it and tells.
    if (ended) this.#onEvent({ type: 'refresh_reused', session: session.id, user: session.user, generation, device, at })
    throw new AuthError('refresh_reused', { session: session.id, user: session.user, generation })
  }

  #isLiving(session: Session): boolean {
    const now = this.#platform.clock.now()
    return now < session.expiresAt && now < session.idleExpiresAt
  }

  #idleEnd(now: EpochMs, expiresAt: EpochMs): EpochMs {
    return Math.min(now + this.#policy.idleLimitSeconds * 1000, expiresAt)
  }
}

/** @throws {AuthError} `proof_invalid`. */
function requireKey({ id, dpopKey }: Session, proven: string | undefined): void {
  if (dpopKey === undefined || (proven !== undefined && equalText(dpopKey, proven))) return
  throw new DpopError('proof_invalid', { reason: proven === undefined ? 'missing' : 'other_key', session: id })
}
