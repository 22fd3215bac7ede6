import { type Clock, type EpochMs, toEpochSeconds } from 'countersign/core'
import type { ReplayStore } from 'countersign/replay'
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import { type ActFacts, actOf } from '../audit/index.ts'
import { type ArtifactPayloads, isOffline, keptUntil } from './artifact-payload.ts'
import { endpoints } from './endpoint.ts'
import { currentCall } from './oauth-call.ts'
import type { Artifact, OAuthStore, StoredArtifact } from './oauth-store.ts'
import { admitStranger, type Strangers } from './stranger.ts'
import type { RefreshSuccessors } from './successor.ts'

export interface AdapterGround {
  readonly store: OAuthStore
  readonly replay: ReplayStore
  readonly payloads: ArtifactPayloads
  readonly successors: RefreshSuccessors
  readonly strangers: Strangers
  readonly clock: Clock
  /** For so long a used refresh token still yields the same successor. */
  readonly overlapMs: number
}

/** Who asks so soon after another has done it at the same time. */
const SIMULTANEOUS_MS = 1_000
const LONGEST_PROOF_MS = 3_600_000
/** At the token endpoint. What else is used up is a pushed request. */
const redeemedForTokens: ReadonlySet<string> = new Set(['AuthorizationCode', 'DeviceCode', 'RefreshToken'])

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Where the library names the session to the client (`sid` of ID tokens), it is by our name, as in access tokens and logout tokens. */
const withOwnSession = (payload: AdapterPayload): AdapterPayload =>
  payload['sid'] === undefined ? payload : { ...payload, sid: payload.sessionUid }

/**
 * What the protocol library hands out and takes back, on our store. Where it asks first and writes later, the store decides: of many who
 * redeem one thing one wins. What a token request writes waits for the end of that request.
 */
export class ArtifactAdapter implements Adapter {
  readonly #model: string
  readonly #ground: AdapterGround

  constructor(model: string, ground: AdapterGround) {
    this.#model = model
    this.#ground = ground
  }

  async upsert(handedOut: string, payload: AdapterPayload, expiresInSeconds?: number): Promise<void> {
    const { payloads, store, clock, strangers } = this.#ground
    await admitStranger(this.#model, strangers)
    const artifact: Artifact = {
      ...this.#linksOf(payload),
      model: this.#model,
      id: payloads.idOf(this.#model, this.#renamed(handedOut)),
      payload: payloads.close(this.#model, withOwnSession(payload)),
      expiresAt: keptUntil(clock.now(), expiresInSeconds ?? 0),
    }
    if (this.#model === 'RefreshToken') currentCall().tokenRequest.refreshToken = artifact
    else if (!(await store.put(artifact))) throw new errors.InvalidGrant('it was decided already, or what it goes back to has ended')
  }

  async find(handedOut: string): Promise<AdapterPayload | undefined> {
    const { payloads, store, clock } = this.#ground
    const stored = await store.find(this.#model, payloads.idOf(this.#model, handedOut), clock.now())
    if (stored === undefined || this.#isLate(stored)) return undefined
    return this.#shown(stored, handedOut, await this.#mayRepeat(stored, handedOut))
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const { payloads, store, clock } = this.#ground
    const stored = await store.findByUserCode(payloads.userCodeOf(userCode), clock.now())
    return stored && this.#shown(stored, undefined, false)
  }

  /** Only sessions are found in this way, and those are ours. */
  async findByUid(): Promise<undefined> {
    return undefined
  }

  async consume(handedOut: string): Promise<void> {
    const { payloads, store, clock } = this.#ground
    if (redeemedForTokens.has(this.#model)) currentCall().tokenRequest.redeemed = { model: this.#model, handedOut }
    else if (!(await store.consume(this.#model, payloads.idOf(this.#model, handedOut), clock.now()))) {
      throw new errors.InvalidRequestUri('the request_uri was used already')
    }
  }

  async destroy(handedOut: string): Promise<void> {
    const { payloads, store } = this.#ground
    await store.remove(this.#model, payloads.idOf(this.#model, handedOut))
  }

  /** Called for each model in turn; the first call ends all. At the token endpoint: what counts once was in two hands. */
  async revokeByGrantId(id: string): Promise<void> {
    const { store, clock } = this.#ground
    const { path, client } = currentCall()
    const target = { kind: 'grant', id }
    const stolen: ActFacts = { operation: 'endStolenGrant', actor: { kind: 'server' }, target, isQuiet: true }
    const given: ActFacts = {
      ...stolen,
      operation: 'endGrantOfClient',
      ...(client === undefined ? {} : { actor: { kind: 'client', id: client.id } }),
    }
    await actOf(path === endpoints.token ? stolen : given, () => store.endGrant(id, true, clock.now()))
  }

  #linksOf(payload: AdapterPayload): Omit<Artifact, 'model' | 'id' | 'payload' | 'expiresAt'> {
    const { payloads } = this.#ground
    const { session } = currentCall()
    const userCode = text(payload.userCode)
    // A person who says no decides as well.
    const decidedBy = this.#model === 'DeviceCode' && payload.error !== undefined ? session?.user : undefined
    return {
      // What a person is being asked outlasts what they have allowed before.
      grant: this.#model === 'Interaction' ? undefined : text(payload.grantId),
      user: text(payload.accountId) ?? decidedBy,
      client: text(payload.clientId),
      session: this.#model === 'Interaction' || isOffline(payload.scope) ? undefined : text(payload.sessionUid),
      userCode: userCode === undefined ? undefined : payloads.userCodeOf(userCode),
    }
  }

  /** The successor of a refresh token is computed, whatever the library has drawn for it. */
  #renamed(handedOut: string): string {
    const call = currentCall()
    const { redeemed } = call.tokenRequest
    if (this.#model !== 'RefreshToken' || redeemed?.model !== this.#model) return handedOut
    call.successor = { from: handedOut, to: this.#ground.successors.of(redeemed.handedOut) }
    return call.successor.to
  }

  /**
   * A code that was used just now: two asked at once, and the slower one is refused as if there was none. Later, whoever shows a used code
   * has it from elsewhere, and the library ends what it gave.
   */
  #isLate({ consumedAt }: StoredArtifact): boolean {
    const { overlapMs } = this.#ground
    const isCode = this.#model !== 'RefreshToken'
    return isCode && consumedAt !== undefined && currentCall().arrivedAt - consumedAt < Math.min(overlapMs, SIMULTANEOUS_MS)
  }

  /** A refresh token that was used a moment ago, and whose successor was not: an answer got lost, or two asked at once. */
  async #mayRepeat({ consumedAt }: StoredArtifact, handedOut: string): Promise<boolean> {
    const { overlapMs, clock, store, payloads, successors } = this.#ground
    if (this.#model !== 'RefreshToken' || consumedAt === undefined || clock.now() - consumedAt >= overlapMs) return false
    const successor = await store.find(this.#model, payloads.idOf(this.#model, successors.of(handedOut)), clock.now())
    return successor !== undefined && successor.consumedAt === undefined
  }

  #shown({ payload, consumedAt }: StoredArtifact, handedOut: string | undefined, isRepeat: boolean): AdapterPayload {
    const shown: AdapterPayload = this.#ground.payloads.open(this.#model, payload, handedOut)
    return consumedAt === undefined || isRepeat ? shown : { ...shown, consumed: toEpochSeconds(consumedAt) }
  }
}

/** The library's session is ours, seen through its eyes: made from the browser's on each request, stored nowhere. */
export class SessionAdapter implements Adapter {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const { session } = currentCall()
    if (session?.id !== id) return undefined
    const { user: accountId, authenticatedAt: loginTs, amr, acr } = session
    const now = toEpochSeconds(this.#clock.now())
    return {
      kind: 'Session',
      jti: id,
      uid: id,
      accountId,
      loginTs,
      amr: [...amr],
      ...(acr === undefined ? {} : { acr }),
      iat: now,
      exp: now + 3600,
    }
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.find(uid)
  }

  async upsert(): Promise<void> {}
  async destroy(): Promise<void> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
  async findByUserCode(): Promise<undefined> {}
}

/** Proofs that count once: the claim that one caller wins, in place of asking first and writing later. */
export class ReplayAdapter implements Adapter {
  readonly #ground: Pick<AdapterGround, 'replay' | 'clock' | 'strangers'>

  constructor(ground: Pick<AdapterGround, 'replay' | 'clock' | 'strangers'>) {
    this.#ground = ground
  }

  /** @returns undefined, once. */
  async find(id: string): Promise<AdapterPayload | undefined> {
    const { replay, clock, strangers } = this.#ground
    await admitStranger('ReplayDetection', strangers)
    const until: EpochMs = clock.now() + LONGEST_PROOF_MS
    if (await replay.claim('oauth-proof', id, until)) return undefined
    return { kind: 'ReplayDetection', jti: id, iat: toEpochSeconds(clock.now()), exp: toEpochSeconds(until) }
  }

  async upsert(): Promise<void> {}
  async destroy(): Promise<void> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
  async findByUserCode(): Promise<undefined> {}
  async findByUid(): Promise<undefined> {}
}
