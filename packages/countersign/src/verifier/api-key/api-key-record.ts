import { isJsonObject } from '../../core/index.ts'
import { isNumber, isText, type KeyFacts, keyFacts, type KeyKind, needed, wrong } from '../key-record/index.ts'
import type { RateLimit } from '../token-bucket.ts'
import type { ApiKeySource } from './api-key-source.ts'
import { ApiKeyUsage } from './api-key-usage.ts'

/** What a verifier holds of an API key: whose it is, what it may do, and the hash that checks it. Never the key. */
export interface ApiKeyRecord extends KeyFacts {
  /** SHA-256, in base64url, of the whole key: of 256 random bits, so that nobody finds them by trying. */
  readonly hash: string
  readonly rateLimit: RateLimit | undefined
  readonly usage: ApiKeyUsage
}

const HASH_CHARACTERS = 43

/**
 * Reads the answer to a question.
 *
 * @throws {Error} It is none, or is about something else: then nothing of it can be used.
 */
function apiKeyRecord(document: unknown, id: string, before: ApiKeyRecord | undefined): ApiKeyRecord {
  if (!isJsonObject(document)) throw wrong('id')
  const hash = needed(document, 'hash', isText)
  if (hash.length !== HASH_CHARACTERS) throw wrong('hash')
  const usage = before?.hash === hash ? before.usage : new ApiKeyUsage()
  return Object.freeze({ ...keyFacts(document, id), hash, rateLimit: rateLimitOf(document.rate_limit), usage })
}

function rateLimitOf(value: unknown): RateLimit | undefined {
  if (value === undefined) return undefined
  if (!isJsonObject(value)) throw wrong('rate_limit')
  const limit = { requests: needed(value, 'requests', isNumber), seconds: needed(value, 'seconds', isNumber) }
  if (limit.requests < 1 || limit.seconds < 1) throw wrong('rate_limit')
  return Object.freeze(limit)
}

/** The name that a key is held under: of its id, what stands in the key. */
export const nameOfApiKey = (id: string): string => id.slice('key_'.length)

const methods: readonly string[] = Object.freeze(['api_key'])

export const apiKeyKind = (source: ApiKeySource): KeyKind<string, ApiKeyRecord> => ({
  idOf: (id) => id,
  nameOf: nameOfApiKey,
  unknownNameOf: nameOfApiKey,
  unknownNamesOf: (id) => [nameOfApiKey(id)],
  async ask(id, before, signal) {
    const document = await source.lookUp(id, signal)
    return document === undefined ? undefined : apiKeyRecord(document, id, before)
  },
  refusal: 'api_key_invalid',
  methods,
})
