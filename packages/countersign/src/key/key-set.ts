import { isJsonObject } from '../core/json.ts'
import type { PublicJwk } from './public-jwk.ts'
import { type VerificationKey, verificationKey } from './verification-key.ts'

/** Keys by id. The id out of a token is a look-up in here and nothing else: no file, no address, no query. */
export interface KeySet {
  find(kid: string): VerificationKey | undefined
  readonly size: number
}

/** More than any issuer publishes; each key costs an import. */
const MAX_KEYS = 100

/** @throws {RangeError} Two keys have the same id. */
export function keySet(keys: Iterable<VerificationKey>): KeySet {
  const byId = new Map<string, VerificationKey>()
  for (const key of keys) {
    if (byId.has(key.kid)) throw new RangeError('two keys have the same kid')
    byId.set(key.kid, key)
  }
  return Object.freeze({ find: (kid: string) => byId.get(kid), size: byId.size })
}

/**
 * Reads a JWK set (RFC 7517 section 5). Keys that cannot be used here (for encryption, of an unknown kind, too small) are skipped,
 * as that section wants: a set may hold keys for others.
 *
 * @throws {RangeError} The document is no JWK set, holds more than 100 keys, or two usable keys have the same id.
 */
export function parseJwks(document: unknown): KeySet {
  if (!isJsonObject(document) || !Array.isArray(document['keys'])) throw new RangeError('not a JWK set')
  const members: readonly unknown[] = document['keys']
  if (members.length > MAX_KEYS) throw new RangeError(`a JWK set with more than ${MAX_KEYS} keys`)
  return keySet(members.map(usableKey).filter((key) => key !== undefined))
}

function usableKey(member: unknown): VerificationKey | undefined {
  try {
    // `verificationKey` reads the member anew: nothing of it is believed before.
    return verificationKey(member as PublicJwk)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
