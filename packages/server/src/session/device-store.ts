import type { EpochMs } from 'countersign/core'

/** By what the devices of a user are known again. A fingerprint is a keyed digest: nobody reads from it what it was made of. Each method is one transaction. */
export interface DeviceStore {
  /** `none`: nothing was ever noted of the user, so that everything would be new. @param fingerprints Of one device, by several keys. */
  find(user: string, fingerprints: readonly string[]): Promise<'known' | 'unknown' | 'none'>
  /** Seen, or seen again; of each user the last `kept` are kept. Nothing where there is no such user. */
  note(user: string, fingerprint: string, at: EpochMs, kept: number): Promise<void>
}
