import { addressNetwork, browserFamily, type Clock } from 'countersign/core'
import { type HmacKey, hmacSha256Base64url } from 'countersign/crypto'
import type { NewJob } from '../delivery/delivery-store.ts'
import type { DeviceStore } from './device-store.ts'
import type { Device, Session } from './session.ts'
import type { DeviceOwner } from './sign-in-guard.ts'

export interface KnownDevicesOptions {
  readonly store: DeviceStore
  /** The first makes fingerprints, all know them again. */
  readonly keys: readonly [HmacKey, ...HmacKey[]]
  readonly clock: Clock
  /** Whether a token that an earlier sign-in has left on the device is this user's, and counts. */
  readonly isMarked: (owner: DeviceOwner, deviceToken: string) => boolean
  /** What is to be told of a session on a new device: committed with it. */
  readonly noticesOf: (session: Session) => readonly NewJob[]
}

/** Of each user. */
const KEPT = 64
/** Addresses of one provider in one region, more or less: at home they change within it. */
const NEIGHBOURHOOD = { ipv4: 16, ipv6: 32 }

/**
 * Where each user has signed in before: by the browser's make and the neighbourhood of its address, as a keyed digest. It is there to notice what is unusual,
 * and proves nothing: who knows what somebody uses and where they live can imitate both.
 */
export class KnownDevices {
  readonly #options: KnownDevicesOptions

  constructor(options: KnownDevicesOptions) {
    this.#options = options
  }

  /** Whether nothing like it was seen of the user, and something was. */
  async isNew(owner: DeviceOwner, device: Device, deviceToken: string | undefined): Promise<boolean> {
    const { store, keys, isMarked } = this.#options
    const { user } = owner
    if (deviceToken !== undefined && isMarked(owner, deviceToken)) return false
    const fingerprints = keys.map((key) => fingerprint(key, user, device))
    return (await store.find(user, fingerprints)) === 'unknown'
  }

  noticesOf(session: Session): readonly NewJob[] {
    return this.#options.noticesOf(session)
  }

  /** The user has signed in on it. Never throws: the session is open, and what is not noted is at worst told once more. */
  async note({ user, device }: Session): Promise<void> {
    const { store, keys, clock } = this.#options
    await store.note(user, fingerprint(keys[0], user, device), clock.now(), KEPT).catch(() => undefined)
  }
}

/** A line break stands in none of the parts. */
function fingerprint(key: HmacKey, user: string, { userAgent, address }: Device): string {
  const family = userAgent === undefined ? '' : browserFamily(userAgent)
  const network = address === undefined ? '' : (addressNetwork(address, NEIGHBOURHOOD) ?? '')
  return hmacSha256Base64url(key, `${user}\n${family}\n${network}`)
}
