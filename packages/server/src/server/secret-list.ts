import { type Random, systemRandom } from 'countersign/core'
import { MasterSecret, newMasterSecret } from '../signing/index.ts'

export interface RotatedSecrets {
  /** For `COUNTERSIGN_SECRET`. */
  readonly list: string
}

/** A new master secret. */
export const freshSecret = (): string => newMasterSecret(systemRandom)

/**
 * A new secret in front of those that there are.
 *
 * @throws {RangeError} as `MasterSecret.parse`: for weak ones, and for too many.
 */
export function rotatedSecrets(before: string, random: Random = systemRandom): RotatedSecrets {
  const kept = before.split(/[\s,]+/).filter((secret) => secret !== '')
  MasterSecret.parse(kept.join(','))
  const list = [newMasterSecret(random), ...kept].join(',')
  MasterSecret.parse(list)
  return { list }
}
