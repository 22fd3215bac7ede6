import { AuthError, type Clock, type Principal, toEpochSeconds } from '../../core/index.ts'
import { equalText, sha256Base64url } from '../../crypto/index.ts'
import { hawkTimestampChallenge, type SignatureForm, type SigV4Realm } from '../../signature/index.ts'
import type { ReplayStore } from '../../replay/index.ts'
import type { Replica } from '../../revocation/index.ts'
import type { PresentedCredentials } from '../credential.ts'
import type { AccessKeyQuestion, AccessKeyRecord, HeldKey as Held, KeyRecords } from '../key-record/index.ts'
import { addressOf, type PublicPlace } from '../public-origin.ts'
import { isDue } from '../recheck.ts'
import type { RouteRule } from '../requirement.ts'
import { mustAsk, type RevocationView } from '../verify.ts'
import { ClaimMemory } from '../claim-memory.ts'
import { keyQuestion } from './key-question.ts'
import { readJwtRequest, readSignedRequest, type SignedRequest } from './read-signed-request.ts'
import { insideDigest, requireSignedBody } from './signed-body.ts'
import type { SignedRule } from './signed-rule.ts'
import { claimedUntil, ExpiredRequest, isLink, type TimeBounds, timeProblem } from './time-window.ts'

export interface SignedRequestParts {
  readonly records: KeyRecords<AccessKeyQuestion, AccessKeyRecord>
  readonly replica: RevocationView & Pick<Replica, 'signedNow'>
  readonly clock: Clock
  readonly replay: ReplayStore
  readonly place: PublicPlace
  readonly forms: ReadonlySet<SignatureForm>
  readonly realm: SigV4Realm
  readonly windowSeconds: number
  readonly bodyLimitBytes: number
  readonly toleranceSeconds: number
}

type HeldKey = Held<AccessKeyRecord>

/** What an answer should tell the holder of a key about the key. */
export type KeyNotices = Readonly<Record<string, string>>

const bearer = /^bearer /i
const shortJwt = /^bearer [\w-]{1,512}\.[\w-]{1,3000}\.[\w-]{1,512}$/i

/** Requests that are signed with an access key: every form goes one way (DESIGN 8). */
export class SignedRequestVerification {
  readonly #parts: SignedRequestParts
  readonly #memory: ClaimMemory
  /** What was claimed for a request, by the request: a second guard of the same one is no repetition. */
  readonly #claimed = new WeakMap<object, string>()
  readonly #notices = new WeakMap<Principal, KeyNotices>()
  /** `Bearer` and the header of the JWT that was last found to be no request's: that of all access tokens of one key. */
  #tokenStart = '\0'

  constructor(parts: SignedRequestParts) {
    this.#parts = parts
    this.#memory = new ClaimMemory(parts)
  }

  /**
   * Who has signed the request. Does not check what they may do (see `decide`).
   *
   * @returns `undefined` for a request that is not signed, where the route takes others. Then nothing was waited for.
   * @throws {AuthError} at once or later: `credential_missing` where it does not; `credential_malformed`, `signature_incomplete`,
   * `request_expired`, `signature_invalid`, `digest_mismatch`, `address_not_allowed`, `request_replayed`, `revocation_unknown`, `overloaded`,
   * `unavailable`, `content_too_large`, `request_invalid`.
   */
  check(presented: PresentedCredentials, rule: RouteRule): Promise<Principal> | undefined {
    const request = this.#read(presented, rule)
    return request === undefined ? undefined : this.#verify(request, rule)
  }

  #read(presented: PresentedCredentials, { signed: rule }: RouteRule): SignedRequest | undefined {
    if (rule.mode === 'refused') return undefined
    const { authorization } = presented
    const isBearer = authorization !== undefined && bearer.test(authorization)
    const request = isBearer ? this.#readJwt(authorization, presented, rule) : this.#readSigned(presented, rule)
    if (request === undefined && rule.mode === 'required') throw new AuthError('credential_missing', { reason: 'signature_required' })
    return request
  }

  #readSigned({ arrival }: PresentedCredentials, rule: SignedRule): SignedRequest | undefined {
    return arrival === undefined ? undefined : readSignedRequest(arrival, rule, this.#parts)
  }

  /** Nearly always it is an access token: that is seen without a look into it, and the request is not asked for. */
  #readJwt(authorization: string, presented: PresentedCredentials, rule: SignedRule): SignedRequest | undefined {
    if (!this.#parts.forms.has('jwt') || !rule.accepts('jwt') || authorization.startsWith(this.#tokenStart)) return undefined
    const { arrival } = presented
    const request = arrival === undefined ? undefined : readJwtRequest(arrival, rule, this.#parts)
    // Of such a text nothing but its header can have said that it is none.
    if (arrival !== undefined && request === undefined && shortJwt.test(authorization)) {
      this.#tokenStart = authorization.slice(0, authorization.indexOf('.') + 1)
    }
    return request
  }

  /** Window, key, signature, digest of the body, address, replay. */
  async #verify(request: SignedRequest, rule: RouteRule): Promise<Principal> {
    const { records, bodyLimitBytes } = this.#parts
    const isAsking = this.#mustAsk(rule)
    const early = this.#bounds(rule, Number.POSITIVE_INFINITY)
    const problem = this.#timeProblem(request, early, rule)
    // Only Hawk says the time with a proof, which is for who knows the key.
    if (problem !== undefined && request.signature.form !== 'hawk') throw this.#expired(request, problem)
    const held = await this.#keyOf(request, early, rule, isAsking)
    await this.#requireSignature(request, held)
    const bounds = this.#bounds(rule, held.record.windowSeconds)
    const late = problem ?? this.#timeProblem(request, bounds, rule)
    if (late !== undefined) throw this.#expired(request, late, held)
    await requireSignedBody(request, rule.signed.unsignedPayload, bodyLimitBytes)
    this.#requireAddress(request, held)
    await this.#claim(request, held, bounds, rule)
    // Body and claim took their time.
    this.#mustAsk(rule)
    records.requireLive(held)
    return held.principal
  }

  /** What is to be told in the answer to this caller. */
  noticesFor(principal: Principal): KeyNotices | undefined {
    return this.#notices.get(principal)
  }

  close(): void {
    this.#parts.records.close()
  }

  /** @throws {AuthError} `revocation_unknown`. */
  #mustAsk(rule: RouteRule): boolean {
    const { replica } = this.#parts
    return !(rule.acceptsFresh && replica.isFreshAt(replica.now())) && mustAsk(replica.freshness(), rule)
  }

  #bounds(rule: RouteRule, keyWindowSeconds: number): TimeBounds {
    const { windowSeconds, toleranceSeconds } = this.#parts
    return { windowSeconds: Math.min(windowSeconds, rule.signed.windowSeconds, keyWindowSeconds), toleranceSeconds }
  }

  #timeProblem({ signature }: SignedRequest, bounds: TimeBounds, rule: RouteRule): string | undefined {
    const problem = timeProblem(signature, bounds, rule.signed, toEpochSeconds(this.#parts.replica.now()))
    if (problem !== undefined || !isClaimed(signature, rule)) return problem
    // It may have been used, and the store that knew it has ended with its process.
    const isOlder = signature.signedAt !== undefined && signature.signedAt * 1000 < this.#memory.begin()
    return isOlder ? 'signed_before_start' : undefined
  }

  #expired({ signature }: SignedRequest, reason: string, held?: HeldKey): ExpiredRequest {
    const now = toEpochSeconds(this.#parts.replica.now())
    const key = signature.form === 'hawk' ? held?.record.key : undefined
    return new ExpiredRequest(reason, now, signature, key?.kind === 'secret' ? hawkTimestampChallenge(key.key, now) : undefined)
  }

  async #keyOf({ signature }: SignedRequest, { windowSeconds }: TimeBounds, rule: RouteRule, isAsking: boolean): Promise<HeldKey> {
    const { records, replica } = this.#parts
    const question = keyQuestion(signature, windowSeconds)
    const known = isAsking ? records.ask(question) : records.get(question)
    // Who has just been asked need not be asked again.
    if (known instanceof Promise) return known
    const isDueNow = rule.recheck !== undefined && isDue(rule.recheck, known, toEpochSeconds(replica.now()))
    return isDueNow ? records.ask(question) : known
  }

  async #requireSignature(request: SignedRequest, { record, principal }: HeldKey): Promise<void> {
    const { signature } = request
    const bodySha256 = await insideDigest(request, this.#parts.bodyLimitBytes)
    if (!signature.check(record.key, bodySha256)) throw new AuthError('signature_invalid', { reason: 'mismatch', key: record.id })
    requireSessionToken(request, record)
    if ((record.successor ?? record.rotateBy) !== undefined && !this.#notices.has(principal)) {
      this.#notices.set(principal, noticesOf(record))
    }
  }

  /** Told only to who has proved to hold the key, so that nobody else learns from where it may be used. */
  #requireAddress({ arrival }: SignedRequest, { record: { id, addresses } }: HeldKey): void {
    if (addresses === undefined) return
    const address = addressOf(arrival, this.#parts.place)
    if (address === undefined || !addresses.has(address))
      throw new AuthError('address_not_allowed', { key: id, address: address ?? 'unknown' })
  }

  async #claim({ arrival, signature }: SignedRequest, { record: { id } }: HeldKey, bounds: TimeBounds, rule: RouteRule): Promise<void> {
    if (!isClaimed(signature, rule)) return
    const { identity } = arrival
    const name = `${id} ${signature.form} ${signature.nonce}`
    if (this.#claimed.get(identity) === name) return
    let isFirst: boolean
    try {
      isFirst = await this.#parts.replay.claim(`signature:${id}`, signature.nonce, this.#memory.keptUntil(claimedUntil(signature, bounds)))
    } catch (error) {
      throw error instanceof AuthError ? error : new AuthError('unavailable', { reason: 'replay_store' }, { cause: error })
    }
    if (!isFirst) throw new AuthError('request_replayed', { key: id, form: signature.form })
    this.#claimed.set(identity, name)
  }
}

const isClaimed = (signature: SignedRequest['signature'], { signed }: RouteRule): boolean => signed.linksOnce || !isLink(signature)

/** @throws {AuthError} `signature_invalid`: temporary keys come with their token, and no other key comes with one. */
function requireSessionToken({ signature: { sessionToken, form } }: SignedRequest, { id, sessionTokenHash }: HeldKey['record']): void {
  // The other forms have no place for it.
  if (form !== 'sigv4' && form !== 'sigv4-presigned') return
  const isRight =
    sessionToken === undefined || sessionTokenHash === undefined
      ? sessionToken === sessionTokenHash
      : equalText(sha256Base64url(sessionToken), sessionTokenHash)
  if (!isRight) throw new AuthError('signature_invalid', { reason: 'session_token', key: id })
}

function noticesOf({ successor, rotateBy }: HeldKey['record']): KeyNotices {
  return Object.freeze({
    ...(successor === undefined ? {} : { 'countersign-key-successor': successor }),
    ...(rotateBy === undefined ? {} : { 'countersign-key-rotate-by': new Date(rotateBy * 1000).toISOString().replace('.000Z', 'Z') }),
  })
}
