import { encodeBase64url, decodeBase64url, newSecret, parseSecret, type Random } from 'countersign/core'
import { seal, unseal } from 'countersign/crypto'
import { derivePurposeKey } from 'countersign/key'

const PREFIX = 'cs_lease'
const PURPOSE = 'lease/1'

/** Of what is under the key nothing can be moved to another lease. */
const contextOf = (lease: string): string => `lease:${lease}`

interface Locked {
  /** For the database. */
  readonly sealed: string
  /** For whoever may open it, once: 256 random bits that stand nowhere here. */
  readonly unlockKey: string
}

/** Locks a password with a new key. */
export function lock(password: string, lease: string, random: Random): Locked {
  const unlockKey = newSecret(PREFIX, random)
  const sealed = seal(keyOf(unlockKey), new TextEncoder().encode(password), contextOf(lease), random)
  return { sealed: encodeBase64url(sealed), unlockKey }
}

/**
 * @returns undefined when it is not the key.
 * @throws {AuthError} `credential_malformed` for a mistyped one.
 */
export function unlock(sealed: string, unlockKey: string, lease: string): string | undefined {
  const key = keyOf(unlockKey)
  try {
    return new TextDecoder().decode(unseal([key], decodeBase64url(sealed), contextOf(lease)))
  } catch {
    return undefined
  }
}

const keyOf = (unlockKey: string): Uint8Array => derivePurposeKey(parseSecret(PREFIX, unlockKey), PURPOSE)
