import type { EpochMs } from 'countersign/core'
import type { DeviceStore } from '../../session/device-store.ts'
import type { Tables } from './tables.ts'

export class MemoryDeviceStore implements DeviceStore {
  readonly #tables: Tables
  /** By user: when each was last seen. */
  readonly #seen = new Map<string, Map<string, EpochMs>>()

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async find(user: string, fingerprints: readonly string[]): Promise<'known' | 'unknown' | 'none'> {
    const seen = this.#seen.get(user)
    if (seen === undefined) return 'none'
    return fingerprints.some((each) => seen.has(each)) ? 'known' : 'unknown'
  }

  async note(user: string, fingerprint: string, at: EpochMs, kept: number): Promise<void> {
    if (!this.#tables.users.has(user)) return
    const seen = (this.#seen.get(user) ?? new Map<string, EpochMs>()).set(fingerprint, at)
    const newest = [...seen].sort(([a, seenA], [b, seenB]) => seenB - seenA || (a < b ? 1 : -1)).slice(0, kept)
    this.#seen.set(user, new Map(newest))
  }
}
