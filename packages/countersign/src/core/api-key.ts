import { newSecret, parseSecret } from './id.ts'
import type { Random } from './platform.ts'
import { AuthError } from './refusal.ts'

/** What a key is for: the real thing, or trying out. A service takes keys of one environment. */
export type ApiKeyEnvironment = 'live' | 'test'

/** What everybody can read in an API key. */
export interface ApiKeyParts {
  readonly environment: ApiKeyEnvironment
  /** `key_…`: names the key, and is no secret. */
  readonly id: string
}

const ID_PREFIX = 'key_'
const idForm = /^key_[A-Za-z0-9_-]{22}$/
const keyForm = /^cs_(live|test)_([A-Za-z0-9_-]{22})_[A-Za-z0-9_-]{49}$/

/** Finds API keys in other text: for secret scanners. Where it finds one, the checksum says whether it is one. */
export const API_KEY_PATTERN = 'cs_(?:live|test)_[A-Za-z0-9_-]{72}(?![A-Za-z0-9_-])'

/** By its form alone. */
export const isApiKeyId = (text: string): boolean => idForm.test(text)

/**
 * A new API key: `cs_live_` or `cs_test_`, the 22 characters of its id, `_`, 256 random bits in 43 characters, and 6 characters of checksum
 * over all of it.
 */
export function newApiKey({ environment, id }: ApiKeyParts, random: Random): string {
  return newSecret(secretPrefix(environment, id), random)
}

/**
 * Reads what stands in an API key. Checks its form and checksum; does not check that anybody issued it.
 *
 * @throws {AuthError} `credential_malformed`
 */
export function parseApiKey(text: string): ApiKeyParts {
  const [, environment, characters] = keyForm.exec(text) ?? []
  if (environment === undefined || characters === undefined) throw new AuthError('credential_malformed', { reason: 'api_key_form' })
  const parts = { environment: environment as ApiKeyEnvironment, id: ID_PREFIX + characters }
  parseSecret(secretPrefix(parts.environment, parts.id), text)
  return parts
}

const secretPrefix = (environment: ApiKeyEnvironment, id: string): string => `cs_${environment}_${id.slice(ID_PREFIX.length)}`
