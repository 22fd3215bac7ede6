import type { ReplayStore } from '../../replay/index.ts'
import { awsProvider, csgnProvider, type SignatureForm, sigV4Realm, type SigV4Provider, type SigV4Realm } from '../../signature/index.ts'
import type { AccessKeySource } from '../key-record/index.ts'
import { LONGEST_WINDOW_SECONDS, parseForms, parseWindow, signatureForms } from './signed-rule.ts'

/** Makes a verifier take requests that are signed with an access key. */
export interface SignedRequestOptions {
  /** Remembers what was used. `MemoryReplayStore` for one process; several share Redis or a database. */
  readonly replay: ReplayStore
  /** Who knows the keys. Default `'issuer'`: its `POST /v1/access-keys/lookup`, with the verifier's `credential`. */
  readonly keys?: 'issuer' | AccessKeySource
  /** The forms that are taken. Default: all, but `one-time` only where the replay store outlives its process. */
  readonly forms?: readonly SignatureForm[]
  /** Dialects of SigV4. Default: Amazon's (`AWS4-…`, `x-amz-…`) and our own (`CSGN4-…`, `x-csgn-…`). */
  readonly providers?: readonly SigV4Provider[]
  /** What SigV4 clients may name as their region. Default `local` and `us-east-1`. */
  readonly region?: string | readonly string[]
  /** The same for the service. Default `api` and `execute-api`. */
  readonly service?: string | readonly string[]
  /** No signature may be older, whatever its key allows: from 1 to 900 seconds. Default 900. */
  readonly windowSeconds?: number
  /** The longest body of a signed request, which is held in memory. Default 1 MiB. */
  readonly bodyLimitBytes?: number
  /** How many keys are remembered. Default 16 384. */
  readonly maxKeys?: number
}

/** The options after parsing. */
export interface SignedRequestSettings {
  readonly replay: ReplayStore
  readonly keys: 'issuer' | AccessKeySource
  readonly forms: ReadonlySet<SignatureForm>
  readonly realm: SigV4Realm
  readonly windowSeconds: number
  readonly bodyLimitBytes: number
  readonly maxKeys: number
}

const names: ReadonlySet<string> = new Set([
  'replay',
  'keys',
  'forms',
  'providers',
  'region',
  'service',
  'windowSeconds',
  'bodyLimitBytes',
  'maxKeys',
])
const MAX_KEYS = 2 ** 22
const MIB = 2 ** 20

/**
 * Parses the options once.
 *
 * @throws {TypeError | RangeError} naming the first mistake.
 */
export function parseSignedRequests(options: SignedRequestOptions): SignedRequestSettings {
  if (typeof options !== 'object' || options === null) throw new TypeError('must be an object')
  for (const name of Object.keys(options)) if (!names.has(name)) throw new TypeError(`${name} is not an option`)
  const { replay, keys = 'issuer', providers = [awsProvider, csgnProvider] } = options
  const { windowSeconds = LONGEST_WINDOW_SECONDS, bodyLimitBytes = MIB, maxKeys = 16_384 } = options
  if (typeof replay?.claim !== 'function') throw new TypeError('replay must be a store that claims')
  const forms = parseForms('forms', options.forms ?? formsFor(replay))
  if (forms.includes('one-time') && !isLasting(replay))
    throw new TypeError('forms: one-time needs a replay store that outlives its process')
  if (keys !== 'issuer' && typeof keys.lookUp !== 'function') throw new TypeError("keys must be 'issuer' or a source of access keys")
  if (!(Number.isSafeInteger(bodyLimitBytes) && bodyLimitBytes >= 0)) throw new RangeError('bodyLimitBytes must be a whole number')
  if (!(Number.isSafeInteger(maxKeys) && maxKeys >= 1 && maxKeys <= MAX_KEYS)) {
    throw new RangeError(`maxKeys must be a whole number from 1 to ${MAX_KEYS}`)
  }
  return Object.freeze({
    replay,
    keys,
    forms: new Set(forms),
    realm: sigV4Realm({
      providers,
      regions: listOf(options.region ?? ['local', 'us-east-1']),
      services: listOf(options.service ?? ['api', 'execute-api']),
    }),
    windowSeconds: parseWindow('windowSeconds', windowSeconds),
    bodyLimitBytes,
    maxKeys,
  })
}

/** A leaf that was used is refused for good, so it may not be forgotten with the process. */
const isLasting = ({ rememberedSince }: ReplayStore): boolean => rememberedSince === undefined

const formsFor = (replay: ReplayStore): readonly SignatureForm[] =>
  isLasting(replay) ? signatureForms : signatureForms.filter((form) => form !== 'one-time')

const listOf = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value)
