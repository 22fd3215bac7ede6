import { addressList, type AddressList, decodeBase64url, type EpochSeconds, isJsonObject } from '../../core/index.ts'
import { hmacKey } from '../../crypto/index.ts'
import type { Position } from '../../revocation/index.ts'
import { publicSignatureKey, type SignatureKey } from '../../signature/index.ts'
import type { AccessKeyQuestion } from './access-key-source.ts'

/** What a verifier holds of an access key: whose it is, what it may do, and what checks one form of signature. Never the secret. */
export interface AccessKeyRecord {
  readonly id: string
  readonly kind: 'hmac' | 'public'
  /** The owner: of the two, the one that there is. */
  readonly subject: string
  readonly user: string | undefined
  readonly service: string | undefined
  readonly scope: readonly string[]
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  /** Where it may be used from; undefined: from anywhere. */
  readonly addresses: AddressList | undefined
  /** A signed request is good for so long. */
  readonly windowSeconds: number
  readonly expiresAt: EpochSeconds | undefined
  /** The position of the log that the issuer had seen before it read all this. */
  readonly rev: Position
  readonly session: string | undefined
  /** The key that replaces this one. */
  readonly successor: string | undefined
  /** Until when its holder should replace it. */
  readonly rotateBy: EpochSeconds | undefined
  /** Of temporary keys: SHA-256, in base64url, of the token that every request has to carry. */
  readonly sessionTokenHash: string | undefined
  readonly key: SignatureKey
}

/**
 * Reads the answer to a question.
 *
 * @throws {Error} It is none, or is about something else: then nothing of it can be used.
 */
export function accessKeyRecord(document: unknown, question: AccessKeyQuestion): AccessKeyRecord {
  if (!isJsonObject(document) || document.id !== question.id) throw wrong('id')
  const { kind } = document
  if (kind !== 'hmac' && kind !== 'public') throw wrong('kind')
  const user = optional(document, 'user', isText)
  const service = optional(document, 'service', isText)
  if ((user === undefined) === (service === undefined)) throw wrong('user')
  const addresses = names(document, 'addresses')
  return Object.freeze({
    id: question.id,
    kind,
    subject: needed(document, 'subject', isText),
    user,
    service,
    scope: names(document, 'scope'),
    roles: names(document, 'roles'),
    groups: names(document, 'groups'),
    addresses: addresses.length === 0 ? undefined : addressList(addresses),
    windowSeconds: needed(document, 'window_seconds', isNumber),
    expiresAt: optional(document, 'expires_at', isNumber),
    rev: needed(document, 'rev', isNumber),
    session: optional(document, 'session', isText),
    successor: optional(document, 'successor', isText),
    rotateBy: optional(document, 'rotate_by', isNumber),
    sessionTokenHash: optional(document, 'session_token_hash', isText),
    key: keyOf(document.keys, kind, question),
  })
}

function keyOf(keys: unknown, kind: 'hmac' | 'public', { form, day, scope }: AccessKeyQuestion): SignatureKey {
  if (!isJsonObject(keys)) throw wrong('keys')
  const member = keys[kind === 'public' ? 'public' : form === 'http-message' ? 'http_message' : form]
  if (!isJsonObject(member)) throw wrong('keys')
  if (kind === 'public') return publicSignatureKey(member)
  const key = needed(member, 'key', isText)
  if (day !== undefined && member.day !== day) throw wrong('day')
  if (scope !== undefined && !(['region', 'service', 'provider'] as const).every((name) => member[name] === scope[name]))
    throw wrong('scope')
  // What a Hawk client is given is a text, and the text is its key.
  return { kind: 'secret', key: hmacKey(form === 'hawk' ? new TextEncoder().encode(key) : decodeBase64url(key)) }
}

type Members = Readonly<Record<string, unknown>>

function optional<T>(document: Members, name: string, is: (value: unknown) => value is T): T | undefined {
  const value = document[name]
  if (value === undefined || is(value)) return value
  throw wrong(name)
}

function needed<T>(document: Members, name: string, is: (value: unknown) => value is T): T {
  const value = document[name]
  if (is(value)) return value
  throw wrong(name)
}

function names(document: Members, name: string): readonly string[] {
  const value = document[name]
  if (!Array.isArray(value) || !value.every(isText)) throw wrong(name)
  return Object.freeze([...value])
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const wrong = (member: string): Error => new Error(`what was answered about an access key has no usable ${member}`)
