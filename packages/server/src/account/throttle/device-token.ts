import { type EpochMs, encodeBase64url, type Platform } from 'countersign/core'
import { equalText, type HmacKey, hmacKey, hmacSha256Base64url } from 'countersign/crypto'
import type { DeviceMarks, DeviceOwner } from '../../session/sign-in-guard.ts'
import type { MasterSecret } from '../../signing/master-secret.ts'

/** What a device token says, once it is known to be ours. Whether it still counts is for the owner's password generation to say. */
export interface KnownDevice extends DeviceOwner {
  /** `dev_…`, the same through all sign-ins of this user on this device. */
  readonly device: string
}

const PURPOSE = 'device/1'
const USER_PREFIX = 'usr_'
const DEVICE_PREFIX = 'dev_'
const DEVICE_BYTES = 16
/** As long as browsers keep a cookie. Each sign-in renews it. */
const LIFE_MS = 400 * 86_400_000
/** `cs_dev_` + 22 + 22 + at most 10 digits + at most 11 + 43, with dots between them. */
const MAXIMUM_LENGTH = 119
const form = /^cs_dev_([\w-]{22})\.([\w-]{22})\.([1-9]\d{0,9})\.([1-9]\d{0,10})\.([\w-]{43})$/

/**
 * Tokens that tell a device on which somebody has signed in from a stranger's: `cs_dev_` + user + device + password generation + end + HMAC. They
 * are stored nowhere, prove nothing of who holds them, and open nothing: their bearer may try on when strangers have to wait.
 *
 * A token counts as long as the password and the second factors are those that it was issued with: after a change or a reset every device is a
 * stranger, that of a thief with the old password too. Signing out, anywhere, leaves it: whoever signs out wants to come back.
 */
export class DeviceTokens implements DeviceMarks {
  readonly #keys: readonly HmacKey[]
  readonly #platform: Platform

  constructor(secret: MasterSecret, platform: Platform) {
    this.#keys = secret.purposeKeys(PURPOSE).map(({ key }) => hmacKey(key))
    this.#platform = platform
  }

  /** A token for the same device, if `presented` is one of this owner that counts, else for a new one. */
  issue(owner: DeviceOwner, presented?: string): string {
    const { clock, random } = this.#platform
    const [newest] = this.#keys
    if (newest === undefined) throw new Error('a master secret without secrets')
    const known = presented === undefined ? undefined : this.verify(presented)
    const device =
      known !== undefined && isOf(known, owner) ? known.device.slice(DEVICE_PREFIX.length) : encodeBase64url(random.bytes(DEVICE_BYTES))
    const end = Math.floor((clock.now() + LIFE_MS) / 1000)
    const text = `cs_dev_${owner.user.slice(USER_PREFIX.length)}.${device}.${owner.passwordGeneration}.${end}`
    return `${text}.${hmacSha256Base64url(newest, text)}`
  }

  /** What one of ours says that has not expired; undefined for everything else. Does not check whether it still counts (`isOf`). */
  verify(token: string): KnownDevice | undefined {
    const [, user, device, generation, end, mac] = (token.length > MAXIMUM_LENGTH ? null : form.exec(token)) ?? []
    if (user === undefined || device === undefined || mac === undefined) return undefined
    const text = token.slice(0, -mac.length - 1)
    const isOurs = this.#keys.some((key) => equalText(mac, hmacSha256Base64url(key, text)))
    const endsAt: EpochMs = Number(end) * 1000
    if (!isOurs || endsAt <= this.#platform.clock.now()) return undefined
    return { user: USER_PREFIX + user, device: DEVICE_PREFIX + device, passwordGeneration: Number(generation) }
  }
}

/** Whether a device is this user's, and was with the password and second factors of now. */
export const isOf = (known: DeviceOwner, owner: DeviceOwner): boolean =>
  known.user === owner.user && known.passwordGeneration === owner.passwordGeneration
