import { AuthError, type Platform, toEpochSeconds } from 'countersign/core'
import { equalText, hmacKey, hmacSha256Base64url, sha256Base64url } from 'countersign/crypto'
import { isForeignId, type PlacedEntry, ORIGIN, type Position } from 'countersign/revocation'
import { placeOfId, placesOfUser, signStatusListToken, STATUS_PLACES, StatusList, statusTypes } from 'countersign/token'
import type { MasterSecret } from '../signing/master-secret.ts'
import type { SigningKeys } from '../signing/signing-keys.ts'

export interface StatusListsOptions {
  readonly issuer: string
  readonly keys: SigningKeys
  readonly secret: MasterSecret
  readonly platform: Platform
}

/** What decides where a token stands. */
export interface StatusFacts {
  readonly user: string
  readonly session: string
  readonly rev: Position
}

export interface PublishedStatusList {
  /** Compact JWS, `typ: statuslist+jwt`. */
  readonly compact: string
  /** Of this very text. */
  readonly tag: string
}

interface Made extends PublishedStatusList {
  readonly applied: number
  readonly atMs: number
}

/** So long a reader need not ask again: what a revocation may take to reach it. */
export const STATUS_LIST_TTL_SECONDS = 10
const LIFE_SECONDS = 60
/** A list in which nothing has changed is handed out for so long. */
const REUSED_MS = 30_000
/** However fast the log moves, a list is made anew no more often. */
const MADE_ANEW_AFTER_MS = 1000
/** New tokens go to a new list after this, so that they have nothing to do with old cut-offs. */
const BASE_MOVES_AFTER_MS = 600_000
const MAX_MADE = 64
const PURPOSE = 'status-list/1'
const MAC_LENGTH = 16

/**
 * Token Status Lists, for verifiers that do not follow the log. Nothing is stored for a token, and nothing for a list: a list is named by
 * a position of the log and says which places were cut off after it. It holds tokens that have seen the log at least up to there.
 *
 * Several tokens share a place, so a revocation may kill tokens that it was not aimed at; it never misses one that it was. Whoever lost a
 * token that way refreshes and gets one that is valid: a place that was cut off since the list's position is entered in a list of its
 * own, at the very position that the new token has seen. A cut-off that aims at neither user, session nor token sets all places.
 */
export class StatusLists {
  readonly #options: StatusListsOptions
  /** The newest cut-off of each place. */
  readonly #cutAt = new Float64Array(STATUS_PLACES)
  /** The newest cut-off of all of them. */
  #allCutAt: Position = ORIGIN
  #applied = 0
  /** The newest entry that was applied. */
  #position: Position = ORIGIN
  #base: Position = ORIGIN
  #baseMovedAtMs = Number.NEGATIVE_INFINITY
  readonly #made = new Map<Position, Made>()

  constructor(options: StatusListsOptions) {
    this.#options = options
  }

  /** Takes the entries in the order of the log. */
  apply({ kind, target, position }: PlacedEntry): void {
    this.#position = Math.max(this.#position, position)
    if ((kind !== 'cutoff' && kind !== 'epoch') || isForeignId(target.id) || (target.kind === 'issuer' && target.id !== '')) return
    this.#applied += 1
    if (kind === 'cutoff' && target.kind === 'user') return this.#cutUser(target.id, position)
    if (kind === 'cutoff' && (target.kind === 'session' || target.kind === 'token')) {
      const place = placeOfId(target.id)
      // An id of another form is in none of our tokens.
      if (place !== undefined) this.#cut(place, position)
      return
    }
    this.#allCutAt = Math.max(this.#allCutAt, position)
  }

  /** Where a new token stands; `undefined` for a session whose id has no place that its user's cut-offs would find. */
  placeFor({ user, session, rev }: StatusFacts): { readonly idx: number; readonly uri: string } | undefined {
    const idx = placeOfId(session)
    const { first, count } = placesOfUser(user)
    if (idx === undefined || idx < first || idx >= first + count) return undefined
    const base = this.#baseFor(rev)
    const list = base !== undefined && Math.max(this.#allCutAt, this.#cutAt[idx] ?? 0) <= base ? base : rev
    return { idx, uri: `${this.#options.issuer}/status-lists/${this.#nameOf(list)}` }
  }

  /**
   * The list of a name, as it is now. Whoever asks has made sure that our copy of the log is at its end.
   *
   * @throws {AuthError} `not_found` for a name that we never gave: lists cost something, and anybody can ask.
   */
  read(name: string): PublishedStatusList {
    const after = this.#positionOf(name)
    const nowMs = this.#options.platform.clock.monotonicMs()
    const made = this.#made.get(after)
    if (made !== undefined) {
      const age = nowMs - made.atMs
      if (age < (made.applied === this.#applied ? REUSED_MS : MADE_ANEW_AFTER_MS)) return made
    }
    const fresh = { ...this.#make(after, name), applied: this.#applied, atMs: nowMs }
    this.#made.delete(after)
    this.#made.set(after, fresh)
    const [oldest] = this.#made.keys()
    if (this.#made.size > MAX_MADE && oldest !== undefined) this.#made.delete(oldest)
    return fresh
  }

  #make(after: Position, name: string): PublishedStatusList {
    const { issuer, keys, platform } = this.#options
    const iat = toEpochSeconds(platform.clock.now())
    const list = StatusList.ofSize(1, STATUS_PLACES)
    const isAllCut = this.#allCutAt > after
    for (let place = 0; place < STATUS_PLACES; place++) {
      if (isAllCut || (this.#cutAt[place] as number) > after) list.set(place, statusTypes.invalid)
    }
    const claims = {
      iss: issuer,
      sub: `${issuer}/status-lists/${name}`,
      iat,
      exp: iat + LIFE_SECONDS,
      ttl: STATUS_LIST_TTL_SECONDS,
      status_list: list.encode(),
    }
    const compact = signStatusListToken(claims, keys.current('access-token'))
    return { compact, tag: `"${sha256Base64url(compact)}"` }
  }

  #cutUser(user: string, position: Position): void {
    const { first, count } = placesOfUser(user)
    for (let place = first; place < first + count; place++) this.#cut(place, position)
  }

  #cut(place: number, position: Position): void {
    this.#cutAt[place] = Math.max(this.#cutAt[place] ?? 0, position)
  }

  /** A position that many tokens share; `undefined` where the token has seen less than that, or more than we have. */
  #baseFor(rev: Position): Position | undefined {
    const position = this.#position
    const nowMs = this.#options.platform.clock.monotonicMs()
    if (nowMs - this.#baseMovedAtMs >= BASE_MOVES_AFTER_MS) {
      this.#base = position
      this.#baseMovedAtMs = nowMs
    }
    return this.#base <= rev && rev <= position ? this.#base : undefined
  }

  #nameOf(position: Position): string {
    const [newest] = this.#macKeys()
    if (newest === undefined) throw new Error('a master secret without secrets')
    return `${position}.${macOf(position, newest.key)}`
  }

  #positionOf(name: string): Position {
    const [digits = '', mac = ''] = name.split('.')
    const position = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN
    const isOurs = Number.isSafeInteger(position) && name === `${position}.${mac}`
    if (isOurs && this.#macKeys().some(({ key }) => equalText(macOf(position, key), mac))) return position
    throw new AuthError('not_found')
  }

  #macKeys() {
    return this.#options.secret.purposeKeys(PURPOSE)
  }
}

const macOf = (position: Position, key: Uint8Array): string => hmacSha256Base64url(hmacKey(key), String(position)).slice(0, MAC_LENGTH)
