import { AuthError, encodeBase64url, type EpochMs, newId, type Platform } from 'countersign/core'
import { actOn } from '../../audit/index.ts'
import { ADMINISTRATOR, type Profile } from '../accounts.ts'
import { newUser } from '../new-user.ts'
import type { Lease, LeaseEvent, LeaseStore, PoolUser } from './lease-store.ts'
import { lock, unlock } from './unlock-key.ts'

/** What happened to a lease, for the log of the server. */
export interface LeaseNotice {
  readonly type: 'lease_started' | 'lease_revealed' | 'lease_reveal_refused' | 'lease_ended'
  readonly lease: Lease
  readonly by: string | undefined
  readonly address: string | undefined
}

export interface LeasesOptions {
  readonly store: LeaseStore
  /** Of `PasswordHasher`. */
  readonly hash: (password: string) => Promise<string>
  readonly platform: Platform
  /** Told after the commit. Must not throw. */
  readonly onEvent?: (notice: LeaseNotice) => void
}

/** Who asks. */
export interface LeaseCaller {
  /** By user id or client; undefined for the administrator of the machine. */
  readonly by: string | undefined
  readonly address: string | undefined
  /** May deal with the leases of others. */
  readonly isOperator: boolean
}

export interface LeaseWish {
  readonly pool: string
  readonly seconds: number
  /** The password goes to the caller at once; otherwise it is locked, and the caller gets the key. */
  readonly isDelivered: boolean
}

export interface LeaseCredentials {
  readonly email: string
  readonly password: string
}

export interface OpenedLease {
  readonly lease: Lease
  /** Undefined where it is locked. */
  readonly credentials: LeaseCredentials | undefined
  /** Opens it once; undefined where it was handed over. */
  readonly unlockKey: string | undefined
}

export interface LeaseStatus {
  readonly lease: Lease
  readonly events: readonly LeaseEvent[]
}

const DAY_MS = 86_400_000
/** A whole day: what is needed longer is no test. */
export const LONGEST_LEASE_SECONDS = 86_400
const PASSWORD_BYTES = 24
/** So long it can be read who had whom, and who has seen the password. */
const KEPT_MS = 400 * DAY_MS
const SHOWN = 200

/**
 * Test users who can sign in only while somebody has them. Each lease has its own password, made for it and stored as a hash; what hands it over later is
 * sealed under a key that only the caller has. At the end the user is suspended through the log, which kills sessions and tokens at once; a sign-in after the
 * deadline is refused by the clock, whether or not anybody has noted the end.
 */
export class Leases {
  readonly #options: LeasesOptions

  constructor(options: LeasesOptions) {
    this.#options = options
  }

  /**
   * Creates somebody of a pool. Only with an operator's authority: the caller checks that.
   *
   * @throws {AuthError} `request_invalid`, also for an administrator: whoever may take a lease would become one; `email_taken`.
   */
  async addUser(profile: Profile, pool: string): Promise<PoolUser> {
    const { store, platform } = this.#options
    const user = newUser(profile, platform)
    if (user.roles.includes(ADMINISTRATOR)) {
      throw new AuthError('request_invalid', { pointer: '/roles', problem: 'must not make whoever takes a lease an administrator' })
    }
    if ((await store.addUser(user, pool)) === 'email_taken') throw new AuthError('email_taken')
    return { user: user.id, email: user.email, pool, lease: undefined, isSetAside: false }
  }

  /** @throws {AuthError} `not_found`; `conflict` while somebody has them. */
  async removeUser(user: string): Promise<void> {
    const outcome = await this.#options.store.removeUser(user)
    if (outcome === 'unknown') throw new AuthError('not_found', { user })
    if (outcome === 'leased') throw new AuthError('conflict', { user, reason: 'is_leased' })
  }

  /** By id, 200 at a time. */
  users(pool: string | undefined, after: string = ''): Promise<readonly PoolUser[]> {
    return this.#options.store.users({ pool, after, limit: SHOWN })
  }

  /** @throws {AuthError} `conflict` when nobody of the pool is free; `overloaded`. */
  async start({ pool, seconds, isDelivered }: LeaseWish, { by, address }: LeaseCaller): Promise<OpenedLease> {
    const { store, hash, platform, onEvent } = this.#options
    const password = encodeBase64url(platform.random.bytes(PASSWORD_BYTES))
    const passwordHash = await hash(password)
    const id = newId('lea', platform.random)
    actOn('lease', id)
    const locked = isDelivered ? undefined : lock(password, id, platform.random)
    const startedAt = platform.clock.now()
    const endsAt = startedAt + Math.min(seconds, LONGEST_LEASE_SECONDS) * 1000
    const lease = await store.start({ id, pool, startedBy: by, startedAt, endsAt, sealed: locked?.sealed, passwordHash, address })
    if (lease === undefined) throw new AuthError('conflict', { pool, reason: 'nobody_is_free' })
    onEvent?.({ type: 'lease_started', lease, by, address })
    const credentials = isDelivered ? { email: lease.email, password } : undefined
    return { lease, credentials, unlockKey: locked?.unlockKey }
  }

  /**
   * Opens a locked lease. Each key opens once: the answer has the next one, so that whoever comes later with the same key finds that somebody was there.
   *
   * @throws {AuthError} `not_found` when there is no such lease, or it is over, or was not locked; `credentials_invalid` for another key, or one that was
   *   used; `credential_malformed` for a mistyped one.
   */
  async reveal(id: string, unlockKey: string, { by, address }: LeaseCaller): Promise<OpenedLease> {
    const { store, platform, onEvent } = this.#options
    const lease = await store.find(id)
    const at = platform.clock.now()
    if (lease?.sealed === undefined || lease.endsAt <= at) throw new AuthError('not_found', { lease: id })
    const password = unlock(lease.sealed, unlockKey, id)
    const next = password === undefined ? undefined : lock(password, id, platform.random)
    const isFirst = next !== undefined && (await store.reveal({ id, from: lease.sealed, sealed: next.sealed, by, address, at }))
    if (password === undefined || next === undefined || !isFirst) {
      onEvent?.({ type: 'lease_reveal_refused', lease, by, address })
      throw new AuthError('credentials_invalid', { lease: id })
    }
    onEvent?.({ type: 'lease_revealed', lease, by, address })
    return { lease, credentials: { email: lease.email, password }, unlockKey: next.unlockKey }
  }

  /** @throws {AuthError} `not_found`, alike for a lease of somebody else. */
  async find(id: string, caller: LeaseCaller): Promise<LeaseStatus> {
    const lease = await this.#ownLease(id, caller)
    return { lease, events: await this.#options.store.events(id) }
  }

  /** The newest 200; the caller's own, for whoever is no operator. */
  list(standing: boolean, { by, isOperator }: LeaseCaller): Promise<readonly Lease[]> {
    return this.#options.store.list({ standing, limit: SHOWN, ...(isOperator ? {} : { startedBy: by }) })
  }

  /** Before its time: password, sessions and tokens are dead when this returns. @throws {AuthError} `not_found` when there is none, or it has ended. */
  async end(id: string, caller: LeaseCaller): Promise<void> {
    await this.#ownLease(id, caller)
    if (!(await this.#end(id, caller.by ?? 'local', caller.address))) throw new AuthError('not_found', { lease: id })
  }

  /**
   * Until when sessions of a user may live. Port of `session`.
   *
   * @returns undefined for whoever is not lent.
   * @throws {AuthError} `credentials_invalid` when the lease is over, though nobody has noted it.
   */
  async limitOf(user: string): Promise<EpochMs | undefined> {
    const { store, platform } = this.#options
    const end = await store.standingEnd(user)
    if (end !== undefined && end <= platform.clock.now()) throw new AuthError('credentials_invalid', { user, reason: 'lease_ended' })
    return end
  }

  /** Notes the end of those whose time is over. Of several servers one does, for each. @returns how many were found. */
  async endDue(limit: number): Promise<number> {
    const { store, platform } = this.#options
    const due = await store.due(platform.clock.now(), limit)
    for (const { id } of due) await this.#end(id, 'clock', undefined)
    return due.length
  }

  /** Forgets those that ended long ago. @returns how many. */
  sweep(limit: number): Promise<number> {
    const { store, platform } = this.#options
    return store.sweep(platform.clock.now() - KEPT_MS, limit)
  }

  async #ownLease(id: string, { by, isOperator }: LeaseCaller): Promise<Lease> {
    const lease = await this.#options.store.find(id)
    if (lease === undefined || (!isOperator && lease.startedBy !== by)) throw new AuthError('not_found', { lease: id })
    return lease
  }

  async #end(id: string, by: string, address: string | undefined): Promise<boolean> {
    const { store, platform, onEvent } = this.#options
    actOn('lease', id)
    const lease = await store.end({ id, by, address, at: platform.clock.now() })
    if (lease !== undefined) onEvent?.({ type: 'lease_ended', lease, by, address })
    return lease !== undefined
  }
}
