import type { ApiKeyEnvironment } from '../../core/index.ts'
import type { ApiKeySource } from './api-key-source.ts'

/** Makes a verifier take API keys. */
export interface ApiKeyOptions {
  /** The environment whose keys are taken; those of the other are refused. Default `live`. */
  readonly environment?: ApiKeyEnvironment
  /**
   * Whether keys are taken from HTTP Basic as well. `challenge`: and a 401 asks for it, for tools that send nothing before they are asked;
   * browsers then ask people, too. Default `true`.
   */
  readonly basic?: boolean | 'challenge'
  /** Who knows the keys. Default `'issuer'`: it is asked with the verifier's `credential`. */
  readonly keys?: 'issuer' | ApiKeySource
  /** How many keys are remembered. Default 16 384. */
  readonly maxKeys?: number
  /** How many keys may be asked about in a second, beyond which the answer is 503. Default 500. */
  readonly lookUpsPerSecond?: number
}

/** The options after parsing. */
export type ApiKeySettings = Readonly<Required<ApiKeyOptions>>

const names: ReadonlySet<string> = new Set(['environment', 'basic', 'keys', 'maxKeys', 'lookUpsPerSecond'])
const MAX_KEYS = 2 ** 22
const MAX_LOOK_UPS = 100_000

/**
 * Parses the options once.
 *
 * @throws {TypeError | RangeError} naming the first mistake.
 */
export function parseApiKeyOptions(options: true | ApiKeyOptions): ApiKeySettings {
  const given = options === true ? {} : options
  if (typeof given !== 'object' || given === null) throw new TypeError('must be true or an object')
  for (const name of Object.keys(given)) if (!names.has(name)) throw new TypeError(`${name} is not an option`)
  const { environment = 'live', basic = true, keys = 'issuer', maxKeys = 16_384, lookUpsPerSecond = 500 } = given
  if (environment !== 'live' && environment !== 'test') throw new TypeError("environment must be 'live' or 'test'")
  if (typeof basic !== 'boolean' && basic !== 'challenge') throw new TypeError("basic must be true, false or 'challenge'")
  if (keys !== 'issuer' && typeof keys?.lookUp !== 'function') throw new TypeError("keys must be 'issuer' or a source of API keys")
  requireWhole('maxKeys', maxKeys, MAX_KEYS)
  requireWhole('lookUpsPerSecond', lookUpsPerSecond, MAX_LOOK_UPS)
  return Object.freeze({ environment, basic, keys, maxKeys, lookUpsPerSecond })
}

function requireWhole(name: string, value: number, most: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1 && value <= most))
    throw new RangeError(`${name} must be a whole number from 1 to ${most}`)
}
