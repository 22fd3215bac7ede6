import type { Random } from 'countersign/core'
import { newSecret, parseSecret } from 'countersign/core'
import { seal, sha256Base64url, unseal } from 'countersign/crypto'
import { derivePurposeKey } from 'countersign/key'

/** A key derived for one purpose, so that what one part makes is nothing to another. */
export interface PurposeKey {
  /** Names the key without telling anything about it; the same after every restart. */
  readonly id: string
  readonly key: Uint8Array
}

const PREFIX = 'cs_master'
const MINIMUM_BYTES = 32
const MAXIMUM_SECRETS = 16
/** Texts that stand in samples and on keyboards, hardly ever in random characters (one secret in 10^5). */
const sampleTexts = [
  'change',
  'example',
  'sample',
  'password',
  'default',
  'replace',
  'your-',
  'your_',
  'insert',
  '0123456',
  '1234567',
  'abcdefg',
  'qwertyu',
  'deadbeef',
  'test-',
  'test_',
]

/** Makes a master secret: 256 random bits with prefix and checksum. For `COUNTERSIGN_SECRET`. */
export const newMasterSecret = (random: Random): string => newSecret(PREFIX, random)

/**
 * What everything that must stay secret at rest, and every computable token, hangs on: a list of secrets, of which the
 * first seals and makes, and all open and check. So a new secret is put in front, and the old one leaves when nothing
 * made under it lives.
 */
export class MasterSecret {
  readonly #secrets: readonly Uint8Array[]
  readonly #purposes = new Map<string, readonly PurposeKey[]>()

  private constructor(secrets: readonly Uint8Array[]) {
    this.#secrets = secrets
  }

  /**
   * Reads the list, separated by commas or white space.
   *
   * @throws {RangeError} when the list is empty, too long, or when a secret is weak: under 32 bytes of material,
   * repetitive, a sample, mistyped, or there twice. The message names its place in the list, never the secret.
   */
  static parse(text: string): MasterSecret {
    const items = text.split(/[\s,]+/).filter((item) => item !== '')
    if (items.length === 0) throw new RangeError('the master secret is missing')
    if (items.length > MAXIMUM_SECRETS) throw new RangeError(`more than ${MAXIMUM_SECRETS} master secrets`)
    for (const [index, item] of items.entries()) {
      const weakness = items.indexOf(item) < index ? 'is there twice' : weaknessOf(item)
      if (weakness !== undefined) throw new RangeError(`master secret number ${index + 1} ${weakness}`)
    }
    const encoder = new TextEncoder()
    return new MasterSecret(items.map((item) => encoder.encode(item)))
  }

  /** One key for each secret of the list, in its order: the first makes, all check. */
  purposeKeys(purpose: string): readonly PurposeKey[] {
    let keys = this.#purposes.get(purpose)
    if (keys === undefined) {
      keys = this.#secrets.map((secret) => ({ id: keyId(secret, purpose), key: derivePurposeKey(secret, purpose) }))
      this.#purposes.set(purpose, keys)
    }
    return keys
  }

  /** Seals under the first secret. `context` must be given again to open: a sealed value cannot be moved elsewhere. */
  seal(purpose: string, plaintext: Uint8Array, context: string, random: Random): Uint8Array {
    const [first] = this.purposeKeys(purpose)
    if (first === undefined) throw new Error('a master secret without secrets')
    return seal(first.key, plaintext, context, random)
  }

  /** Whether there is anything that may have been sealed under another secret than the first. */
  get hasOlder(): boolean {
    return this.#secrets.length > 1
  }

  /**
   * What an older secret has sealed, sealed under the first.
   *
   * @returns undefined for what is already.
   * @throws {Error} as `unseal`.
   */
  resealed(purpose: string, sealed: Uint8Array, context: string, random: Random): Uint8Array | undefined {
    const [first, ...older] = this.purposeKeys(purpose).map((each) => each.key)
    if (first === undefined) throw new Error('a master secret without secrets')
    try {
      unseal([first], sealed, context)
      return undefined
    } catch {
      return seal(first, unseal(older, sealed, context), context, random)
    }
  }

  /** Which secret of the list has sealed it, counted from 0; undefined: none of them, or not here. */
  sealedUnder(purpose: string, sealed: Uint8Array, context: string): number | undefined {
    const at = this.purposeKeys(purpose).findIndex(({ key }) => {
      try {
        unseal([key], sealed, context)
        return true
      } catch {
        return false
      }
    })
    return at === -1 ? undefined : at
  }

  /** Opens what any secret of the list has sealed. @throws {Error} when none has, or the context differs. */
  unseal(purpose: string, sealed: Uint8Array, context: string): Uint8Array {
    const keys = this.purposeKeys(purpose).map((each) => each.key)
    return unseal(keys, sealed, context)
  }
}

/** Through a one-way derivation of its own, cut to 48 bits: enough to tell a few keys apart, useless to guess one. */
const keyId = (secret: Uint8Array, purpose: string): string => sha256Base64url(derivePurposeKey(secret, `${purpose}/id`)).slice(0, 8)

function weaknessOf(secret: string): string | undefined {
  if (secret.startsWith(`${PREFIX}_`)) return isIntact(secret) ? undefined : 'is mistyped: its checksum does not fit'
  if (materialBytes(secret) < MINIMUM_BYTES) return `holds less than ${MINIMUM_BYTES} bytes`
  // 64 random hex digits show 15 of the 16 on average, 43 random base64 characters 31 of the 64.
  if (new Set(secret).size < (isHex(secret) ? 9 : 14) || repeats(secret)) return 'is repetitive'
  const lower = secret.toLowerCase()
  return sampleTexts.some((sample) => lower.includes(sample)) ? 'looks like a sample' : undefined
}

function isIntact(secret: string): boolean {
  try {
    parseSecret(PREFIX, secret)
    return true
  } catch {
    return false
  }
}

const isHex = (secret: string): boolean => /^[0-9a-f]+$/i.test(secret)

/** How many bytes the text can carry in the densest usual coding of its alphabet. */
function materialBytes(secret: string): number {
  return Math.floor(secret.length * (isHex(secret) ? 0.5 : 0.75))
}

/** Is it one piece written several times? (A text is periodic exactly if it is found inside its own doubling.) */
const repeats = (secret: string): boolean => (secret + secret).indexOf(secret, 1) < secret.length
