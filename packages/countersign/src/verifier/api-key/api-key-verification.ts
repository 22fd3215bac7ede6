import { type ApiKeyEnvironment, AuthError, type Clock, type EpochMs, type Principal, toEpochSeconds } from '../../core/index.ts'
import { equalText, sha256Base64url } from '../../crypto/index.ts'
import type { Replica } from '../../revocation/index.ts'
import type { PresentedCredentials } from '../credential.ts'
import { extractCookie } from '../extract/cookie.ts'
import { type HeldKey as Held, KeyRecords } from '../key-record/index.ts'
import { addressOf, type PublicPlace } from '../public-origin.ts'
import { isDue } from '../recheck.ts'
import type { RouteRule } from '../requirement.ts'
import { mustAsk, type RevocationView } from '../verify.ts'
import { type ApiKeyRecord, apiKeyKind, nameOfApiKey } from './api-key-record.ts'
import type { ApiKeySource } from './api-key-source.ts'
import { KnownMark } from './known-mark.ts'
import { idPartOf, type PresentedApiKey, presentedApiKey, SECRET_START, SECRET_START_OF_KEY } from './presented-api-key.ts'
import { UseReports } from './use-reports.ts'

export interface ApiKeyParts {
  readonly source: ApiKeySource
  readonly replica: RevocationView & Pick<Replica, 'onEntry'>
  readonly clock: Clock
  readonly issuer: string
  readonly place: PublicPlace
  /** Where a browser's token may stand: beside it no key is taken. */
  readonly cookieName: string | undefined
  readonly environment: ApiKeyEnvironment
  readonly basic: boolean | 'challenge'
  readonly maxKeys: number
  readonly lookUpsPerSecond: number
}

type HeldKey = Held<ApiKeyRecord>

/**
 * API keys, checked in this process. Form, checksum and mark come before any question, so that who makes keys up asks nothing of the issuer;
 * what is known of a key is corrected by the log, as with tokens.
 */
export class ApiKeyVerification {
  readonly #parts: ApiKeyParts
  readonly #records: KeyRecords<string, ApiKeyRecord>
  readonly #mark: KnownMark
  readonly #reports: UseReports
  readonly #bearerStart: string
  /** The key that a request was counted for: a second guard of the same one is no second request. */
  readonly #counted = new WeakMap<object, string>()

  constructor(parts: ApiKeyParts) {
    this.#parts = parts
    const { source, replica, clock, issuer, maxKeys: maxEntries, lookUpsPerSecond: questionsPerSecond } = parts
    this.#records = new KeyRecords({ kind: apiKeyKind(source), replica, clock, issuer, maxEntries, questionsPerSecond })
    this.#bearerStart = `Bearer cs_${parts.environment}_`
    this.#mark = new KnownMark({ source, clock, replica })
    this.#reports = new UseReports({ source, clock, held: () => this.#records.records() })
  }

  /** The realm to ask for HTTP Basic in; undefined where nobody is asked for it. */
  get challengeRealm(): string | undefined {
    return this.#parts.basic === 'challenge' ? this.#parts.issuer : undefined
  }

  /**
   * Whose key the request shows. Does not check what they may do (see `decide`).
   *
   * @returns `undefined` for a request that shows none, and where the route takes none. A promise only where the issuer has to be asked.
   * @throws {AuthError} at once or later: `credential_malformed`, `api_key_invalid`, `address_not_allowed`, `rate_limited`,
   * `step_up_required` where the route asks from where the sign-in was; `revocation_unknown`, `overloaded`.
   */
  check(presented: PresentedCredentials, rule: RouteRule): Principal | Promise<Principal> | undefined {
    const { authorization } = presented
    if (authorization === undefined || !rule.takesApiKeys) return undefined
    const id = idPartOf(authorization, this.#bearerStart)
    if (id !== undefined) {
      const now = this.#parts.replica.now()
      const seen = this.#seen(id, authorization, rule, now)
      if (seen !== undefined) return this.#admit(seen, presented, rule, now)
    }
    const shown = presentedApiKey(authorization, this.#parts.basic !== false)
    return shown === undefined ? undefined : this.#verify(shown, presented, rule)
  }

  close(): void {
    this.#records.close()
    this.#mark.close()
    this.#reports.close()
  }

  /** A key in the usual form that was found right before, if all that was found out still holds, on a route that asks for no more. */
  #seen(id: string, authorization: string, rule: RouteRule, now: EpochMs): HeldKey | undefined {
    if (!rule.acceptsFresh || !this.#parts.replica.isFreshAt(now)) return undefined
    const held = this.#records.peek(id)
    return held?.record.usage.isSeen(authorization, SECRET_START) ? held : undefined
  }

  #verify(shown: PresentedApiKey, presented: PresentedCredentials, rule: RouteRule): Principal | Promise<Principal> {
    const { environment } = this.#parts
    if (shown.environment !== environment) throw invalid(shown, 'other_environment')
    const held = this.#records.peek(nameOfApiKey(shown.id))
    // Of what is known nobody need be asked to find that the key is wrong: the hash of a key never changes.
    if (held !== undefined) requireKey(held, shown)
    else {
      const mark = this.#mark.get()
      if (mark instanceof Promise) return mark.then(() => this.#verify(shown, presented, rule))
      if (!mark.isMarked(environment, shown.id)) throw invalid(shown, 'unmarked')
    }
    const known = this.#known(shown, held, rule)
    return known instanceof Promise
      ? known.then((found) => this.#accept(found, shown, presented, rule))
      : this.#accept(known, shown, presented, rule)
  }

  /** @throws {AuthError} `revocation_unknown` when the route neither accepts what is known nor asks. */
  #known({ id }: PresentedApiKey, held: HeldKey | undefined, rule: RouteRule): HeldKey | Promise<HeldKey> {
    const { replica } = this.#parts
    const now = replica.now()
    const isAsking = !(rule.acceptsFresh && replica.isFreshAt(now)) && mustAsk(replica.freshness(), rule)
    if (held === undefined || isAsking) return this.#records.ask(id)
    return rule.recheck !== undefined && isDue(rule.recheck, held, toEpochSeconds(now)) ? this.#records.ask(id) : held
  }

  #accept(held: HeldKey, shown: PresentedApiKey, presented: PresentedCredentials, rule: RouteRule): Principal {
    requireKey(held, shown)
    held.record.usage.remember(shown.key, SECRET_START_OF_KEY)
    return this.#admit(held, presented, rule, this.#parts.replica.now())
  }

  /** Told only to who has the key: from where it may be used, and how often. */
  #admit({ record, principal }: HeldKey, presented: PresentedCredentials, rule: RouteRule, now: EpochMs): Principal {
    const { cookieName, clock } = this.#parts
    if (cookieName !== undefined && rule.takesCookie && extractCookie(presented.cookie, cookieName) !== undefined) {
      throw new AuthError('credential_malformed', { reason: 'header_and_cookie_differ' })
    }
    if (record.addresses !== undefined) this.#requireAddress(record, presented)
    if (record.rateLimit !== undefined && !this.#wasCounted(record, presented)) {
      const waitMs = record.usage.take(record.rateLimit, clock.monotonicMs())
      if (waitMs > 0) throw new AuthError('rate_limited', { key: record.id, retryAfterSeconds: Math.ceil(waitMs / 1000) })
    }
    const { sameAddress = false, sameDevice = false } = rule.login ?? {}
    if (sameAddress || sameDevice) throw new AuthError('step_up_required', { reason: 'no_sign_in', key: record.id })
    record.usage.usedAt = toEpochSeconds(now)
    return principal
  }

  #requireAddress({ id, addresses }: ApiKeyRecord, { arrival }: PresentedCredentials): void {
    const address = arrival && addressOf(arrival, this.#parts.place)
    if (address === undefined || addresses?.has(address) !== true) {
      throw new AuthError('address_not_allowed', { key: id, address: address ?? 'unknown' })
    }
  }

  #wasCounted({ id }: ApiKeyRecord, { arrival }: PresentedCredentials): boolean {
    if (arrival === undefined) return false
    const { identity } = arrival
    if (this.#counted.get(identity) === id) return true
    this.#counted.set(identity, id)
    return false
  }
}

/** @throws {AuthError} `api_key_invalid`. */
function requireKey({ record }: HeldKey, shown: PresentedApiKey): void {
  // Hashes have one length, so that the comparison says nothing of either.
  if (!equalText(record.hash, sha256Base64url(shown.key))) throw invalid(shown, 'mismatch')
}

const invalid = ({ id }: PresentedApiKey, reason: string): AuthError => new AuthError('api_key_invalid', { key: id, reason })
