import { AuthError, newId, type Platform } from 'countersign/core'
import { actOn } from '../audit/index.ts'
import type { Elevation, ElevationStore } from './elevation-store.ts'

/** What happened to an elevation, for the log. */
export interface ElevationEvent {
  readonly type: 'elevation_started' | 'elevation_ended'
  readonly elevation: Elevation
}

export interface ElevationsOptions {
  readonly store: ElevationStore
  readonly platform: Platform
  /** Told after the commit. Must not throw. */
  readonly onEvent?: (event: ElevationEvent) => void
}

export interface ElevationRequest {
  readonly user: string
  readonly role: string
  readonly minutes: number
  readonly reason: string
  /** The operator, by user id; undefined for the administrator of the machine. */
  readonly by: string | undefined
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A whole day: what is needed longer is no exception. */
export const LONGEST_ELEVATION_MINUTES = 1440
/** So long it can be read who had which role, and why. */
const KEPT_MS = 400 * DAY_MS
const SHOWN = 200

/**
 * Roles for a while. Start and end are soft cut-offs of the log: sessions pick them up at their next refresh, unseen. A token with such a role never lives
 * longer than its elevation, so that none outlives it even where nothing could be noted.
 */
export class Elevations {
  readonly #options: ElevationsOptions

  constructor(options: ElevationsOptions) {
    this.#options = options
  }

  /**
   * That whoever asks may, is the caller's to check.
   *
   * @throws {AuthError} `not_found` for a user who is not there or not active; `conflict` when they have the role already.
   */
  async start({ user, role, minutes, reason, by }: ElevationRequest): Promise<Elevation> {
    const { store, platform } = this.#options
    const startedAt = platform.clock.now()
    const elevation: Elevation = {
      id: newId('elv', platform.random),
      user,
      role,
      reason,
      startedBy: by,
      startedAt,
      endsAt: startedAt + Math.min(minutes, LONGEST_ELEVATION_MINUTES) * MINUTE_MS,
      endedAt: undefined,
      endedBy: undefined,
    }
    actOn('elevation', elevation.id)
    const outcome = await store.start(elevation)
    if (outcome === 'refused') throw new AuthError('not_found', { user })
    if (outcome === 'held') throw new AuthError('conflict', { user, role, reason: 'has_the_role' })
    this.#options.onEvent?.({ type: 'elevation_started', elevation })
    return elevation
  }

  /** Before its time. @throws {AuthError} `not_found` when there is no such elevation of that user, or it has ended. */
  async end(user: string, id: string, by: string): Promise<Elevation> {
    const ended = await this.#end(user, id, by)
    if (ended === undefined) throw new AuthError('not_found', { user, elevation: id })
    return ended
  }

  /** The newest 200, those that have ended included. */
  list(user: string): Promise<readonly Elevation[]> {
    return this.#options.store.list(user, SHOWN)
  }

  /** Notes the end of those whose time is over. Of several servers one does, for each. @returns how many were found. */
  async endDue(limit: number): Promise<number> {
    const { store, platform } = this.#options
    const due = await store.due(platform.clock.now(), limit)
    for (const { user, id } of due) await this.#end(user, id, 'clock')
    return due.length
  }

  /** Forgets those that ended long ago. @returns how many. */
  sweep(limit: number): Promise<number> {
    const { store, platform } = this.#options
    return store.sweep(platform.clock.now() - KEPT_MS, limit)
  }

  async #end(user: string, id: string, by: string): Promise<Elevation | undefined> {
    const { store, platform, onEvent } = this.#options
    actOn('elevation', id)
    const ended = await store.end({ id, user, by, at: platform.clock.now() })
    if (ended !== undefined) onEvent?.({ type: 'elevation_ended', elevation: ended })
    return ended
  }
}
